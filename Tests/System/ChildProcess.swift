import Foundation

/// A program that runs beside this one.
///
/// Foundation's `Process` knows of a child's end by a descriptor that the child holds: one that closes what it inherited (ssh
/// does, and whatever becomes a daemon) makes it wait for that child and take no notice of others. This one asks the kernel.
final class ChildProcess {
    let processIdentifier: pid_t
    /// As waitpid(2) gives it, once the program has ended.
    private var ending: Int32?

    /// Starts the first argument, found on the `PATH`, with files as its standard streams.
    init(
        _ arguments: [String], environment: [String: String], folder: URL?, input: String, output: String,
        errors: String
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_APPEND, 0)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_APPEND, 0)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Signals reach it that are blocked here, and none that are for this process's group.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
        let command = ["/usr/bin/env"] + (folder.map { ["-C", $0.path] } ?? []) + arguments
        var texts = command.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (texts + variables).forEach { free($0) } }
        var identifier: pid_t = 0
        let failure = posix_spawn(&identifier, "/usr/bin/env", &actions, &attributes, &texts, &variables)
        guard failure == 0 else { throw SetupError("\(arguments.first ?? ""): \(String(cString: strerror(failure)))") }
        processIdentifier = identifier
    }

    var isRunning: Bool { !look(WNOHANG) }

    func waitUntilExit() { _ = look(0) }

    /// Its exit status, or 128 and the signal's number where one ended it, as shells have it.
    var status: Int32 {
        waitUntilExit()
        let ending = ending ?? 0
        return ending & 0x7F == 0 ? ending >> 8 & 0xFF : 128 + (ending & 0x7F)
    }

    func terminate() { signal(SIGTERM) }
    func interrupt() { signal(SIGINT) }

    private func signal(_ number: Int32) {
        // Once it is waited for, the number may be another's.
        if isRunning { Foundation.kill(processIdentifier, number) }
    }

    /// Whether it has ended.
    private func look(_ options: Int32) -> Bool {
        if ending != nil { return true }
        var found: Int32 = 0
        while true {
            let ended = waitpid(processIdentifier, &found, options)
            if ended == processIdentifier { ending = found }
            if ended >= 0 || errno != EINTR { return ended != 0 }
        }
    }
}
