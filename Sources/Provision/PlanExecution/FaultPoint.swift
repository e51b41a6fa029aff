import FoundationEssentials
import Glibc

/// A place at which this process is to be killed, for the tests that show that the next run finishes what was begun.
///
/// `CLUSTERFILE_STOP=before:STEP` kills it once the journal has the step's intent, `after:STEP` once the step is done and before
/// the journal says so. STEP is a step as the journal names it, or its first word.
struct FaultPoint: Hashable, Sendable {
    enum Moment: String {
        case before, after
    }

    /// What this process was started with.
    static let chosen = ProcessInfo.processInfo.environment["CLUSTERFILE_STOP"].flatMap(FaultPoint.init)

    private var moment: Moment
    private var step: String

    init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":"), let moment = Moment(rawValue: String(text[..<colon])) else {
            return nil
        }
        self.moment = moment
        step = String(text[text.index(after: colon)...])
    }

    func matches(_ moment: Moment, _ step: String) -> Bool {
        moment == self.moment && (step == self.step || step.split(separator: " ").first.map(String.init) == self.step)
    }

    /// Ends the process like `kill -9` where this is the chosen place.
    static func pass(_ moment: Moment, _ step: String) {
        guard let chosen, chosen.matches(moment, step) else { return }
        kill(getpid(), SIGKILL)
        // The signal may take until the next return from the kernel.
        while true { pause() }
    }
}
