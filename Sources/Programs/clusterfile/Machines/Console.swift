import ArgumentParser
import Diagnostics
import Dispatch
import Glibc
import Hypervisor
import PlanExecution

/// A machine's serial console, or what it said.
struct Console: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sit down at a machine's serial console, or print what it said.",
        discussion: """
            Control-] leaves it. The machine's user has no password: log in with clusterfile ssh; the console is for machines \
            that cannot be logged in to.

            Example: clusterfile console kube-node1 --log
            """)

    @OptionGroup var cluster: ClusterOptions
    @Argument(help: "The machine's name.", completion: .machines)
    var machine: String
    @Flag(help: "Print what is kept of its output since it was started, and end.")
    var log = false
    @Flag(help: "Take the console over from another program that has it.")
    var force = false

    func run() async throws {
        let identity = try cluster.identity()
        let lifecycle = try await cluster.lifecycle(progress: ProgressPrinter().sink)
        let machine = try await lifecycle.sites.observed(name: identity.name, uuid: identity.uuid)
            .machine(named: machine)
        let site = lifecycle.sites.site(of: machine)
        if log {
            let folder = try await lifecycle.at(site).consoleFolder()
            return Terminal.output(
                try await site.hypervisor.consoleTail(
                    logPath: folder + "/" + Hypervisor.consoleLogName(ofDomain: machine.domain), pool: Workplace.pool,
                    maximumBytes: 4 << 20))
        }
        guard machine.state == .running || machine.state == .paused else {
            throw Diagnosis(
                "machine '\(machine.name)' has no console now", why: "it is \(machine.state.words)",
                fix: "clusterfile start \(machine.name), or see what it said: clusterfile console \(machine.name) --log"
            )
        }
        guard isatty(STDIN_FILENO) == 1 else {
            throw Diagnosis(
                "a console needs a terminal", why: "the standard input is none",
                fix: "print what the machine said: clusterfile console \(machine.name) --log")
        }
        let channel = try await site.hypervisor.openConsole(domain: machine.domain, takesOver: force)
        Terminal.error("connected to \(machine.name); Control-] leaves")
        let end = try await RawTerminal.using {
            try await ConsoleSession(channel: channel).run(input: Terminal.typed()) {
                Terminal.write(bytes: $0, to: STDOUT_FILENO)
            }
        }
        switch end {
        case .escaped, .inputEnded: Terminal.error("\nleft \(machine.name)")
        case .closed:
            throw Diagnosis(
                "the console of '\(machine.name)' was closed",
                why: "the machine stopped, or another program took the console over")
        }
    }
}

extension Terminal {
    /// What is typed, as it is typed; it ends with the terminal.
    static func typed() -> AsyncStream<[UInt8]> {
        AsyncStream { continuation in
            // Its thread stays in read(2) until the process ends.
            DispatchQueue(label: "keyboard").async {
                var buffer = [UInt8](repeating: 0, count: 4096)
                while true {
                    let count = read(STDIN_FILENO, &buffer, buffer.count)
                    if count < 0 && errno == EINTR { continue }
                    guard count > 0 else { break }
                    continuation.yield(Array(buffer[..<count]))
                }
                continuation.finish()
            }
        }
    }
}
