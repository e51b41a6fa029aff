import Glibc
import JSON
import PlanExecution
import SecureShell
import Synchronization

/// Prints what many machines write, whole lines after their machine's name, or keeps it for the end.
final class ExecPrinter: Sendable {
    private struct Source: Hashable {
        var machine: String
        var stream: RemoteProcess.Stream
    }

    private struct State {
        var lines: [Source: LineAssembler] = [:]
        var kept: [Source: [UInt8]] = [:]
    }

    private let state = Mutex(State())
    private let machines: [String]
    private let width: Int
    private let collects: Bool

    init(machines: [String], collects: Bool) {
        self.machines = machines
        self.collects = collects
        width = machines.map(\.count).max() ?? 0
    }

    func take(_ machine: String, _ chunk: RemoteProcess.Chunk) {
        let source = Source(machine: machine, stream: chunk.stream)
        state.withLock { state in
            if collects {
                state.kept[source, default: []] += chunk.bytes
            } else {
                for line in state.lines[source, default: LineAssembler()].take(chunk.bytes) { print(line, of: source) }
            }
        }
    }

    /// Prints the lines that had no end.
    func finish() {
        state.withLock { state in
            for machine in machines {
                for stream in [RemoteProcess.Stream.output, .errors] {
                    let source = Source(machine: machine, stream: stream)
                    for line in state.lines[source, default: LineAssembler()].finish() { print(line, of: source) }
                }
            }
        }
    }

    /// What was kept and how it ended, a machine an element.
    func json(_ outcomes: [ClusterCommand.Outcome]) -> JSON {
        let kept = state.withLock { $0.kept }
        func text(_ machine: String, _ stream: RemoteProcess.Stream) -> JSON {
            .string(String(decoding: kept[Source(machine: machine, stream: stream)] ?? [], as: UTF8.self))
        }
        return .array(
            outcomes.map { outcome in
                var value: JSON = [
                    "machine": .string(outcome.machine), "exitCode": JSON(Int(outcome.exitCode)),
                    "stdout": text(outcome.machine, .output), "stderr": text(outcome.machine, .errors),
                ]
                if case .failure(let diagnosis) = outcome.end { value["error"] = .string(diagnosis.rendered) }
                return value
            })
    }

    private func print(_ line: [UInt8], of source: Source) {
        let descriptor = source.stream == .output ? STDOUT_FILENO : STDERR_FILENO
        var prefix = source.machine.padding(to: width) + "| "
        if Terminal.hasColours(descriptor) {
            let colour = 31 + (machines.firstIndex(of: source.machine) ?? 0) % 6
            prefix = "\u{1B}[\(colour)m\(prefix)\u{1B}[0m"
        }
        Terminal.write(bytes: Array(prefix.utf8) + line + [0x0A], to: descriptor)
    }
}
