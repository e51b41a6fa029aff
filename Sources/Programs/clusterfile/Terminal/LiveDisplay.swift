import Dispatch
import FoundationEssentials
import Glibc
import PlanExecution
import Synchronization

/// The lines at the end of the terminal that say what every machine is at, repainted in place while a command works.
///
/// Everything this program prints goes through it, so that nothing is torn.
final class LiveDisplay: Sendable {
    static let shared = LiveDisplay()

    private struct State {
        var progress = ProgressState()
        /// Nil while nothing is shown.
        var block: LiveBlock?
        var timer: (any DispatchSourceTimer)?
    }

    private let state = Mutex(State())
    private let begin = ContinuousClock.now

    /// Whether stderr is a terminal whose cursor can be moved (TERM, see term(7)).
    static var isPossible: Bool {
        let terminal = Workplace.environment["TERM"] ?? ""
        return isatty(STDERR_FILENO) == 1 && !terminal.isEmpty && terminal != "dumb"
    }

    /// Takes an event in; with the first that names machines the lines appear.
    func apply(_ event: ProgressEvent) {
        state.withLock { state in
            state.progress.apply(event, at: begin.secondsSince)
            guard state.block == nil, case .machines = event else { return }
            state.block = LiveBlock(hasColours: Terminal.hasColours(STDERR_FILENO))
            let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "display"))
            timer.schedule(deadline: .now(), repeating: .milliseconds(125))
            timer.setEventHandler { [self] in repaint() }
            state.timer = timer
            timer.resume()
        }
    }

    /// Writes text to one of the two streams, above the lines where there are any.
    func write(_ text: String, to descriptor: Int32) {
        state.withLock { state in
            guard state.block != nil else { return Self.writeAll(text, to: descriptor) }
            let (width, height) = Self.size
            let lines = state.progress.lines(width: width - 1, height: height - 1, now: begin.secondsSince)
            if descriptor == STDERR_FILENO {
                let above = text.withoutControls
                Self.writeAll(state.block?.paint(lines, above: above, width: width) ?? "", to: STDERR_FILENO)
            } else {
                Self.writeAll(state.block?.clear(width: width) ?? "", to: STDERR_FILENO)
                Self.writeAll(text, to: descriptor)
                Self.writeAll(state.block?.paint(lines, width: width) ?? "", to: STDERR_FILENO)
            }
        }
    }

    /// Takes the lines away.
    func end() {
        state.withLock { state in
            state.timer?.cancel()
            Self.writeAll(state.block?.clear(width: Self.size.width) ?? "", to: STDERR_FILENO)
            state = State()
        }
    }

    private func repaint() {
        state.withLock { state in
            let (width, height) = Self.size
            let lines = state.progress.lines(width: width - 1, height: height - 1, now: begin.secondsSince)
            Self.writeAll(state.block?.paint(lines, width: width) ?? "", to: STDERR_FILENO)
        }
    }

    /// The terminal's columns and lines now; 80 and 24 where it does not say.
    private static var size: (width: Int, height: Int) {
        var size = winsize()
        let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 && size.ws_row > 0
        return isKnown ? (Int(size.ws_col), Int(size.ws_row)) : (80, 24)
    }

    private static func writeAll(_ text: String, to descriptor: Int32) {
        Terminal.write(bytes: Array(text.utf8), to: descriptor)
    }
}
