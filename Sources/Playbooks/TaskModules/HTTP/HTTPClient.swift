internal import Glibc
internal import JSON
internal import NIOHTTP1
internal import NIOSSL

/// Fetches URLs as a task's arguments say: redirects, proxies, accounts, certificates, time limits.
struct HTTPClient {
    /// Which redirects are followed.
    enum Redirects: Hashable {
        case all, safe, none
    }

    struct Request {
        var method = "GET"
        var url: String
        var headers: [(name: String, value: String)] = []
        var body: [UInt8] = []
        var redirects = Redirects.safe
        /// Names of headers, in lower case, that a redirect leaves out.
        var unredirected: Set<String> = []
    }

    struct Answer {
        var status: Int
        var reason: String
        var headers: [(name: String, value: String)]
        /// Where redirects led to.
        var url: String
        var body: [UInt8] = []

        /// The values of a header, joined by commas.
        func header(_ name: String) -> String? {
            let values = headers.filter { $0.name.lowercased() == name }.map(\.value)
            return values.isEmpty ? nil : values.joined(separator: ", ")
        }
    }

    private let context: ModuleContext
    private let timeoutSeconds: Int

    init(_ context: ModuleContext, timeoutSeconds: Int = 10) {
        self.context = context
        self.timeoutSeconds = context.integer("timeout") ?? timeoutSeconds
    }

    /// Gets a URL whole.
    func get(_ url: String) throws -> Answer { try send(Request(url: url)) }

    /// Gets a URL piece by piece; anything but success is an error.
    func download(_ url: String, _ piece: @escaping ([UInt8]) throws -> Void) throws {
        let answer = try send(Request(url: url), piece)
        guard answer.status == 200 else {
            throw TaskFailure.said("Failure downloading \(url), HTTP Error \(answer.status): \(answer.reason)")
        }
    }

    /// Sends a request; the body of a success goes to `piece`, if given, and every other into the answer.
    func send(_ request: Request, _ piece: (([UInt8]) throws -> Void)? = nil) throws -> Answer {
        context.flush()
        var request = request
        var url = try HTTPURL(request.url)
        var account = try Account(url, context)
        var showsAccount = context.flag("force_basic_auth") || account?.isFromNetrc == true
        for _ in 0..<12 {
            if url.scheme == "file" { return try file(url, piece) }
            let answer = try one(request, url, showsAccount ? account : nil, piece)
            if answer.status == 401, !showsAccount, account != nil,
                answer.header("www-authenticate")?.lowercased().contains("basic") == true
            {
                showsAccount = true
                continue
            }
            guard let location = answer.header("location"), let next = redirected(request, answer.status) else {
                return answer
            }
            let target = try url.resolving(location)
            guard target.scheme != "file" else { throw TaskFailure.said("\(url.text) leads to a local file") }
            if target.host != url.host { account = nil }
            (request, url) = (next, target)
        }
        throw TaskFailure.said("Request failed: \(request.url) leads round in a circle")
    }

    /// The request that follows a redirect, or nil where it is not followed.
    private func redirected(_ request: Request, _ status: Int) -> Request? {
        guard [301, 302, 303, 307, 308].contains(status) else { return nil }
        let isSafe = ["GET", "HEAD"].contains(request.method)
        guard request.redirects == .all || (request.redirects == .safe && isSafe) else { return nil }
        var next = request
        next.headers.removeAll { request.unredirected.contains($0.name.lowercased()) }
        if !isSafe, status == 303 || status == 302 || (status == 301 && request.method == "POST") {
            next.method = "GET"
            next.body = []
            next.headers.removeAll { ["content-type", "content-length"].contains($0.name.lowercased()) }
        }
        return next
    }

    private func one(
        _ request: Request, _ url: HTTPURL, _ account: Account?, _ piece: (([UInt8]) throws -> Void)?
    ) throws -> Answer {
        let proxy = try HTTPProxy(url, context)
        let connection = try connect(url, proxy)
        var headers = HTTPHeaders([("Host", url.authority)])
        for (name, value) in request.headers { headers.replaceOrAdd(name: name, value: value) }
        func fallback(_ name: String, _ value: String) {
            if !headers.contains(name: name) { headers.add(name: name, value: value) }
        }
        fallback("User-Agent", context.text("http_agent") ?? "ansible-httpget")
        fallback("Accept-Encoding", "identity")
        fallback("Connection", "close")
        if !request.body.isEmpty || ["POST", "PUT", "PATCH"].contains(request.method) {
            headers.replaceOrAdd(name: "Content-Length", value: String(request.body.count))
        }
        if let account { fallback("Authorization", account.basic) }
        if url.scheme == "http", let authorization = proxy?.authorization {
            fallback("Proxy-Authorization", authorization)
        }
        let head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: request.method),
            uri: proxy != nil && url.scheme == "http" ? url.text : url.target, headers: headers)
        var body: [UInt8] = []
        let answer = try connection.exchange(head, request.body) { head, bytes in
            // What is packed is unpacked whole.
            let isPlain = head.headers.first(name: "content-encoding") == nil
            if let piece, head.status.code == 200, isPlain { try piece(bytes) } else { body += bytes }
        }
        if answer.headers.first(name: "content-encoding") == "gzip", context.flag("decompress", default: true) {
            body = try context.spawn(["gzip", "-dc"], input: body).output
        }
        if let piece, answer.status.code == 200, !body.isEmpty {
            try piece(body)
            body = []
        }
        return Answer(
            status: Int(answer.status.code), reason: answer.status.reasonPhrase,
            headers: answer.headers.map { ($0.name, $0.value) }, url: url.text, body: body)
    }

    private func connect(_ url: HTTPURL, _ proxy: HTTPProxy?) throws -> HTTPConnection {
        let tls = url.scheme == "https" ? try tlsContext() : nil
        let server = HTTPConnection.Address.network(host: url.host, port: url.port)
        if let path = try context.path("unix_socket") {
            return try HTTPConnection(.unix(path), timeoutSeconds: timeoutSeconds, tls: tls, host: url.host)
        }
        guard let proxy else {
            return try HTTPConnection(server, timeoutSeconds: timeoutSeconds, tls: tls, host: url.host)
        }
        let name = url.host.contains(":") ? "[\(url.host)]" : url.host
        let tunnel =
            tls == nil
            ? nil : HTTPConnection.Tunnel(authority: "\(name):\(url.port)", authorization: proxy.authorization)
        return try HTTPConnection(
            .network(host: proxy.url.host, port: proxy.url.port), timeoutSeconds: timeoutSeconds, tunnel: tunnel,
            tls: tls, host: url.host)
    }

    /// The machine's own bundle of authorities (Debian's and Fedora's places).
    private static let bundles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"]

    private func tlsContext() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.applicationProtocols = ["http/1.1"]
        if let bundle = try context.path("ca_path") ?? Self.bundles.first(where: { access($0, R_OK) == 0 }) {
            configuration.trustRoots = .file(bundle)
        }
        if !context.flag("validate_certs", default: true) { configuration.certificateVerification = .none }
        do {
            if let certificate = try context.path("client_cert") {
                configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) }
                let key = try context.path("client_key") ?? certificate
                configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
            }
            return try NIOSSLContext(configuration: configuration)
        } catch let failure as TaskFailure {
            throw failure
        } catch {
            throw TaskFailure.said("TLS cannot be set up: \(error)")
        }
    }

    private func file(_ url: HTTPURL, _ piece: (([UInt8]) throws -> Void)?) throws -> Answer {
        var answer = Answer(status: 200, reason: "OK", headers: [], url: url.text)
        let path = url.target
        guard try SystemCalls.status(path)?.kind == S_IFREG else { throw TaskFailure.notFound(path) }
        let file = try SystemCalls.check("open", path) { open(path, O_RDONLY | O_CLOEXEC) }
        defer { close(file) }
        try SystemCalls.readPieces(file, path) { bytes in
            if let piece { try piece(Array(bytes)) } else { answer.body += bytes }
        }
        return answer
    }
}

extension HTTPClient {
    /// A user and a password.
    fileprivate struct Account {
        var user: String
        var password: String
        var isFromNetrc = false

        var basic: String { "Basic " + Base64.encode(Array("\(user):\(password)".utf8)) }

        /// What the task gives, else the URL, else ~/.netrc.
        init?(_ url: HTTPURL, _ context: ModuleContext) throws {
            if let user = context.text("url_username") ?? url.user {
                (self.user, password) = (user, context.text("url_password") ?? url.password ?? "")
                return
            }
            guard context.flag("use_netrc", default: true) else { return nil }
            let path = try context.environment["NETRC"] ?? HomeFolder.expanding("~/.netrc", context.environment["HOME"])
            let words = try (SystemCalls.readText(path) ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
            guard
                let start = zip(words, words.dropFirst()).enumerated().first(where: { _, pair in
                    pair.0 == "machine" && pair.1 == url.host
                })?.offset
            else { return nil }
            var found: [String: String] = [:]
            var rest = words[(start + 2)...]
            while let key = rest.popFirst(), key != "machine", key != "default" { found[key] = rest.popFirst() }
            guard let user = found["login"] else { return nil }
            (self.user, password, isFromNetrc) = (user, found["password"] ?? "", true)
        }
    }
}

/// The proxy that the environment names for a URL.
struct HTTPProxy {
    let url: HTTPURL
    var authorization: String? {
        url.user.map { "Basic " + Base64.encode(Array("\($0):\(url.password ?? "")".utf8)) }
    }

    init?(_ target: HTTPURL, _ context: ModuleContext) throws {
        func variable(_ name: String) -> String? {
            for name in [name, name.uppercased()] {
                if let value = context.environment[name] ?? getenv(name).map({ String(cString: $0) }), !value.isEmpty {
                    return value
                }
            }
            return nil
        }
        guard context.flag("use_proxy", default: true),
            let proxy = variable(target.scheme + "_proxy") ?? variable("all_proxy"),
            !Self.excludes(target.host, variable("no_proxy") ?? "")
        else { return nil }
        url = try HTTPURL(proxy.contains("://") ? proxy : "http://" + proxy)
    }

    /// Whether `no_proxy` names the host, a domain above it, or everything.
    static func excludes(_ host: String, _ list: String) -> Bool {
        list.split(separator: ",").map { String($0).trimmed }.contains { entry in
            let domain = entry.hasPrefix(".") ? String(entry.dropFirst()) : entry
            return entry == "*" || host == domain || (!domain.isEmpty && host.hasSuffix("." + domain))
        }
    }
}
