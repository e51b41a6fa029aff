internal import Glibc
internal import JSON
internal import Templates

/// `wait_for`: a port answers or a path is there, or neither any more.
enum WaitForModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let start = SystemCalls.monotonicMilliseconds
        let timeout = context.integer("timeout") ?? 300
        let isWanted = !["stopped", "absent"].contains(context.text("state") ?? "started")
        let host = context.text("host") ?? "127.0.0.1"
        if let delay = context.integer("delay"), delay > 0 {
            context.flush()
            SystemCalls.sleep(milliseconds: delay * 1000)
        }
        let what: String
        let holds: () throws -> Bool
        if let port = context.integer("port") {
            what = "\(host):\(port)"
            holds = { try answers(host, port, timeoutSeconds: context.integer("connect_timeout") ?? 5) }
        } else if let path = context.text("path") {
            what = path
            let regex = try context.text("search_regex").map { try PythonRegex($0, multiline: true) }
            holds = {
                guard let regex else { return try SystemCalls.status(path) != nil }
                return try SystemCalls.readText(path).map(regex.isFound) ?? false
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
            "state": .string(context.text("state") ?? "started"),
        ])
    }

    /// Whether a connection is accepted.
    private static func answers(_ host: String, _ port: Int, timeoutSeconds: Int) throws -> Bool {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0 else { return false }
        defer { freeaddrinfo(found) }
        var at = found
        while let address = at?.pointee {
            let socket = Glibc.socket(
                address.ai_family, address.ai_socktype | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0
            )
            at = address.ai_next
            guard socket >= 0 else { continue }
            defer { close(socket) }
            if connect(socket, address.ai_addr, address.ai_addrlen) == 0 { return true }
            guard errno == EINPROGRESS else { continue }
            var polled = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
            var failure: Int32 = 0
            var length = socklen_t(MemoryLayout<Int32>.size)
            if poll(&polled, 1, Int32(timeoutSeconds) * 1000) == 1,
                getsockopt(socket, SOL_SOCKET, SO_ERROR, &failure, &length) == 0, failure == 0
            {
                return true
            }
        }
        return false
    }
}
