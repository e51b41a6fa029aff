internal import Glibc
internal import JSON
internal import Templates

/// `wait_for`: a port answers or a path is there, or neither any more.
enum WaitForModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let start = SystemCalls.monotonicMilliseconds
        let timeout = context.integer("timeout") ?? 300
        let state = context.text("state") ?? "started"
        let isWanted = !["stopped", "absent", "drained"].contains(state)
        if context.isCheckMode { return .skipped("remote module (wait_for) does not support check mode") }
        if context.text("path") != nil, context.integer("port") != nil {
            throw TaskFailure.badArguments(module: "wait_for", reason: "it takes 'port' or 'path', not both")
        }
        let host = context.text("host") ?? "127.0.0.1"
        if let delay = context.integer("delay"), delay > 0 {
            context.flush()
            SystemCalls.sleep(milliseconds: delay * 1000)
        }
        let what: String
        let holds: () throws -> Bool
        let regex = try context.text("search_regex").map { try PythonRegex($0, multiline: true) }
        var groups: [JSON] = []
        if let port = context.integer("port") {
            what = "\(host):\(port)"
            let seconds = context.integer("connect_timeout") ?? 5
            if state == "drained" {
                let connections = try Connections(host, port, context)
                holds = { try connections.areOpen() }
            } else {
                holds = {
                    guard let socket = connected(host, port, timeoutSeconds: seconds) else { return false }
                    defer { close(socket) }
                    guard let regex, isWanted else { return true }
                    groups = regex.firstMatch(in: said(socket, until: regex, seconds: seconds)) ?? []
                    return !groups.isEmpty
                }
            }
        } else if state == "drained" {
            throw TaskFailure.said("state=drained should only be used for checking a port in the wait_for module")
        } else if let path = try context.path("path") {
            what = path
            holds = {
                guard let regex else { return try SystemCalls.status(path) != nil }
                groups = try SystemCalls.readText(path).flatMap(regex.firstMatch) ?? []
                return !groups.isEmpty
            }
        } else {
            context.flush()
            SystemCalls.sleep(milliseconds: timeout * 1000)
            return Proposal(["elapsed": JSON(timeout)])
        }
        var isFirst = true
        while try holds() != isWanted {
            if isFirst { context.flush() }
            isFirst = false
            try context.checkpoint()
            if SystemCalls.monotonicMilliseconds - start > timeout * 1000 {
                if let message = context.text("msg") { throw TaskFailure.said(message) }
                throw TaskFailure.timedOut(what, seconds: timeout)
            }
            // Ansible looks once a second; looking sooner at first ends short waits sooner.
            let waited = SystemCalls.monotonicMilliseconds - start
            let pause = context.arguments["sleep"]?.double.map { Int($0 * 1000) } ?? min(1000, max(50, waited / 8))
            SystemCalls.sleep(milliseconds: max(10, pause))
        }
        let elapsed = JSON((SystemCalls.monotonicMilliseconds - start) / 1000)
        return Proposal([
            "elapsed": elapsed, "port": context.arguments["port"] ?? .null, "path": context.arguments["path"] ?? .null,
            "search_regex": context.arguments["search_regex"] ?? .null, "state": .string(state),
            "match_groups": .array(Array(groups.dropFirst())), "match_groupdict": [:],
        ])
    }

    /// What the other end says, until the pattern is found in it or it is silent.
    private static func said(_ socket: Int32, until regex: PythonRegex, seconds: Int) -> String {
        var (text, buffer) = ("", [UInt8](repeating: 0, count: 1024))
        while !regex.isFound(in: text) {
            guard SystemCalls.isReady(socket, for: POLLIN, milliseconds: seconds * 1000) else { break }
            let count = read(socket, &buffer, buffer.count)
            guard count > 0 else { break }
            text += String(decoding: buffer.prefix(count), as: UTF8.self)
        }
        return text
    }

    /// A connection that was accepted, or nil.
    private static func connected(_ host: String, _ port: Int, timeoutSeconds: Int) -> Int32? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0 else { return nil }
        defer { freeaddrinfo(found) }
        var at = found
        while let address = at?.pointee {
            let socket = Glibc.socket(
                address.ai_family, address.ai_socktype | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0
            )
            at = address.ai_next
            guard socket >= 0 else { continue }
            if connect(socket, address.ai_addr, address.ai_addrlen) == 0 { return socket }
            guard errno == EINPROGRESS else {
                close(socket)
                continue
            }
            var failure: Int32 = 0
            var length = socklen_t(MemoryLayout<Int32>.size)
            if SystemCalls.isReady(socket, for: POLLOUT, milliseconds: timeoutSeconds * 1000),
                getsockopt(socket, SOL_SOCKET, SO_ERROR, &failure, &length) == 0, failure == 0
            {
                return socket
            }
            close(socket)
        }
        return nil
    }

    /// Connections of others to a port of this machine, as the kernel lists them (proc_net_tcp).
    private struct Connections {
        private static let codes = [
            "ESTABLISHED": "01", "SYN_SENT": "02", "SYN_RECV": "03", "FIN_WAIT1": "04", "FIN_WAIT2": "05",
            "TIME_WAIT": "06",
        ]

        private let port: String
        private let states: Set<String>
        private let excluded: Set<String>

        init(_ host: String, _ port: Int, _ context: ModuleContext) throws {
            let digits = String(port, radix: 16, uppercase: true)
            self.port = String(repeating: "0", count: 4 - min(4, digits.count)) + digits
            let names = context.texts("active_connection_states") ?? Self.codes.keys.sorted()
            states = Set(
                try names.map { name in
                    guard let code = Self.codes[name] else {
                        throw TaskFailure.said("unknown active_connection_state (\(name)) defined")
                    }
                    return code
                })
            excluded = Set((context.texts("exclude_hosts") ?? []).compactMap(Self.hexadecimal))
        }

        /// An IPv4 address as the kernel writes it: four octets, the last first.
        private static func hexadecimal(_ address: String) -> String? {
            let octets = address.split(separator: ".").compactMap { UInt8($0) }
            guard octets.count == 4 else { return nil }
            return FileDigests.hexadecimal(octets.reversed()).uppercased()
        }

        func areOpen() throws -> Bool {
            for file in ["/proc/net/tcp", "/proc/net/tcp6"] {
                for line in try (SystemCalls.readText(file) ?? "").split(separator: "\n").dropFirst() {
                    let fields = line.split(separator: " ")
                    guard fields.count > 3, fields[1].hasSuffix(":" + port), states.contains(String(fields[3])) else {
                        continue
                    }
                    let remote = fields[2].prefix { $0 != ":" }
                    if !excluded.contains(where: { remote.hasSuffix($0) }) { return true }
                }
            }
            return false
        }
    }
}
