internal import Glibc

/// Runs a program to its end and keeps what it wrote.
struct Spawn {
    var arguments: [String]
    var directory: String?
    var environment: [String: String] = [:]
    var input: [UInt8] = []

    struct Result {
        /// The exit status, or the negated number of the signal that ended it.
        var status: Int32
        var output: [UInt8]
        var errors: [UInt8]

        var outputText: String { String(decoding: output, as: UTF8.self) }
        var errorText: String { String(decoding: errors, as: UTF8.self) }
    }

    private typealias AddFolder =
        @convention(c) (
            UnsafeMutablePointer<posix_spawn_file_actions_t>, UnsafePointer<CChar>
        ) -> Int32
    private static let addFolder = HiddenFunction.named("posix_spawn_file_actions_addchdir_np", as: AddFolder.self)

    /// Runs it; throws where it cannot be started.
    func run() throws -> Result {
        let (input, output, errors) = (try Pipe(), try Pipe(), try Pipe())
        let child: pid_t
        do {
            defer { for end in [input.readEnd, output.writeEnd, errors.writeEnd] { close(end) } }
            child = try start(input.readEnd, output.writeEnd, errors.writeEnd)
        } catch {
            for end in [input.writeEnd, output.readEnd, errors.readEnd] { close(end) }
            throw error
        }
        let (written, complaints) = exchange(input.writeEnd, output.readEnd, errors.readEnd)
        if TimeLimit.isOver { kill(-child, SIGKILL) }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        let code = status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
        return Result(status: code, output: written, errors: complaints)
    }

    /// Starts it in a session of its own, with its input alone, and lets it go on.
    func detach() throws {
        let nothing = try SystemCalls.check("open", "/dev/null") { open("/dev/null", O_RDWR | O_CLOEXEC) }
        defer { close(nothing) }
        let pipe = try Pipe()
        defer { close(pipe.writeEnd) }
        do {
            defer { close(pipe.readEnd) }
            _ = try start(pipe.readEnd, nothing, nothing, ofItsOwn: true)
        }
        try SystemCalls.writeAll(pipe.writeEnd, input, "a program's input")
    }

    private static let newSession: Int16 = 0x80  // POSIX_SPAWN_SETSID of glibc, which its Swift module leaves out
    /// Of which a program is the first that is ended with all that it started.
    private static var newGroup: Int16 { TimeLimit.isKept ? Int16(POSIX_SPAWN_SETPGROUP) : 0 }

    private func start(_ input: Int32, _ output: Int32, _ errors: Int32, ofItsOwn: Bool = false) throws -> pid_t {
        guard let program = arguments.first else { throw TaskFailure.said("there is no command") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (end, number) in [(input, 0), (output, 1), (errors, 2)] as [(Int32, Int32)] {
            posix_spawn_file_actions_adddup2(&actions, end, number)
        }
        if let directory {
            guard try SystemCalls.status(directory)?.kind == S_IFDIR else { throw TaskFailure.notFound(directory) }
            _ = Self.addFolder(&actions, directory)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var defaults = sigset_t()
        sigfillset(&defaults)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGDEF) | (ofItsOwn ? Self.newSession : Self.newGroup))

        var child: pid_t = 0
        let failure = withCStrings(arguments) { arguments in
            withCStrings(Self.environment(over: environment)) { environment in
                posix_spawnp(&child, program, &actions, &attributes, arguments, environment)
            }
        }
        guard failure == 0 else { throw TaskFailure.system(call: "exec", subject: program, errno: failure) }
        return child
    }

    /// Feeds the input and collects both outputs until all are closed, or the task's time is over.
    private func exchange(_ toChild: Int32, _ output: Int32, _ errors: Int32) -> ([UInt8], [UInt8]) {
        var (written, complaints) = ([UInt8](), [UInt8]())
        var rest = input[...]
        _ = fcntl(toChild, F_SETFL, O_NONBLOCK)
        var open = [output: true, errors: true]
        var feeds = true
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while feeds || open.values.contains(true) {
            if feeds, rest.isEmpty {
                close(toChild)
                feeds = false
                continue
            }
            var polls = open.filter(\.value).keys.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            if feeds { polls.append(pollfd(fd: toChild, events: Int16(POLLOUT), revents: 0)) }
            let wait = TimeLimit.isKept ? Int32(clamping: TimeLimit.milliseconds(.max)) : -1
            guard poll(&polls, nfds_t(polls.count), wait) >= 0 || errno == EINTR, !TimeLimit.isOver else { break }
            for one in polls where one.revents != 0 {
                if one.fd == toChild {
                    let count = rest.withUnsafeBytes { write(toChild, $0.baseAddress, $0.count) }
                    if count > 0 {
                        rest = rest.dropFirst(count)
                    } else if errno != EAGAIN, errno != EINTR {
                        rest = []
                    }
                    continue
                }
                let count = read(one.fd, &buffer, buffer.count)
                if count > 0 {
                    if one.fd == output { written += buffer[0..<count] } else { complaints += buffer[0..<count] }
                } else if count == 0 || errno != EINTR {
                    close(one.fd)
                    open[one.fd] = false
                }
            }
        }
        if feeds { close(toChild) }
        for end in open.filter(\.value).keys { close(end) }
        return (written, complaints)
    }

    private static let usualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// The runner's own environment, with a usable PATH, under what the task adds.
    static func environment(over more: [String: String]) -> [String] {
        var all = ["PATH": usualPath, "LANG": "C.UTF-8"]
        var at = environ
        while let entry = at.pointee {
            let pair = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2 { all[String(pair[0])] = String(pair[1]) }
            at = at.advanced(by: 1)
        }
        all.merge(more) { _, new in new }
        return all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    }

    /// Runs a helper program that must succeed.
    @discardableResult
    static func check(_ arguments: [String]) throws -> Result {
        try Spawn(arguments: arguments).run().checked(arguments)
    }

    /// Whether the machine has a program of that name.
    static func finds(_ program: String) -> Bool {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        return (path.split(separator: ":").map(String.init) + usualPath.split(separator: ":").map(String.init))
            .contains { access($0 + "/" + program, X_OK) == 0 }
    }
}

extension Spawn.Result {
    /// The same, where the command succeeded; else an error with what it said.
    func checked(_ arguments: [String]) throws -> Self {
        guard status == 0 else {
            throw TaskFailure.commandFailed(
                command: arguments.joined(separator: " "), status: status,
                output: errorText.isEmpty ? outputText : errorText)
        }
        return self
    }
}

private struct Pipe {
    let readEnd: Int32
    let writeEnd: Int32

    init() throws {
        var ends: [Int32] = [0, 0]
        try SystemCalls.check("pipe", "a command") { pipe(&ends) }
        for end in ends { try SystemCalls.check("fcntl", "a command") { fcntl(end, F_SETFD, FD_CLOEXEC) } }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }
}

private func withCStrings<R>(_ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R) -> R {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
        // The array is never empty: it ends with nil.
        body(UnsafePointer(buffer.baseAddress.unsafelyUnwrapped))
    }
}
