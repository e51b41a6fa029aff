internal import Bundles
internal import Glibc
internal import JSON

/// `uri`: a request to a web service, and its answer.
enum URIModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        if context.isCheckMode { return .skipped("remote module (ansible.legacy.uri) does not support check mode") }
        if let path = try context.path("creates"), try SystemCalls.status(path) != nil {
            return Proposal(["stdout": .string("skipped, since '\(path)' exists")], message: "\(path) exists")
        }
        if let path = try context.path("removes"), try SystemCalls.status(path) == nil {
            return Proposal(
                ["stdout": .string("skipped, since '\(path)' does not exist")], message: "\(path) does not exist")
        }
        let request = try request(context)
        let expected = try statusCodes(context)
        // What a request changes elsewhere is not known before: it is the act itself.
        return Proposal { try answer(request, expected, context) }
    }

    private static func statusCodes(_ context: ModuleContext) throws -> [Int] {
        try (context.arguments["status_code"]?.array ?? [200]).map { code in
            guard let number = code.integer ?? code.string.flatMap({ Int($0) }) else {
                throw TaskFailure.badArguments(module: "uri", reason: "'\(code.text)' is no status code")
            }
            return number
        }
    }

    private static func request(_ context: ModuleContext) throws -> HTTPClient.Request {
        let method = (context.text("method") ?? "GET").uppercased()
        guard !method.isEmpty, method.allSatisfy({ $0.isASCII && $0.isLetter }) else {
            throw TaskFailure.badArguments(module: "uri", reason: "'method' is one word like GET or POST")
        }
        var request = HTTPClient.Request(method: method, url: try context.required("url"))
        request.headers = FetchArguments.headers(context)
        request.unredirected = FetchArguments.unredirected(context)
        request.redirects =
            switch context.text("follow_redirects") ?? "safe" {
            case "all", "yes": .all
            case "none", "no": .none
            default: .safe
            }
        if let path = try context.path("dest"), let status = try SystemCalls.status(path), status.kind == S_IFREG {
            request.headers.append(("If-Modified-Since", HTTPDate.text(status.st_mtim.tv_sec)))
        }
        let (body, type) = try RequestBody.bytes(context)
        request.body = body
        if let type,
            context.text("body_format") == "form-multipart"
                || !request.headers.contains(where: { $0.name.lowercased() == "content-type" })
        {
            request.headers.removeAll { $0.name.lowercased() == "content-type" }
            request.headers.append(("Content-Type", type))
        }
        return request
    }

    private static func answer(
        _ request: HTTPClient.Request, _ expected: [Int], _ context: ModuleContext
    ) throws -> JSONObject {
        let start = SystemCalls.monotonicMilliseconds
        var answer: HTTPClient.Answer
        do {
            answer = try HTTPClient(context, timeoutSeconds: 30).send(request)
        } catch let failure as TaskFailure {
            // A server that cannot be reached is a result with the status -1, which `until` may look at.
            let message = "Status code was -1 and not \(expected): \(failure.diagnosis.what)"
            throw TaskFailure.result([
                "status": -1, "url": .string(request.url), "msg": .string(message), "redirected": false,
                "elapsed": JSON((SystemCalls.monotonicMilliseconds - start) / 1000),
            ])
        }
        var members = described(answer, request)
        members["elapsed"] = JSON((SystemCalls.monotonicMilliseconds - start) / 1000)
        let isExpected = expected.contains(answer.status)
        if isExpected, answer.status != 304 { members = members.merging(try stored(&answer, context)) }
        let content = TextFile(answer.body).text
        let type = (answer.header("content-type") ?? "").prefix { $0 != ";" }.lowercased().trimmed
        let subtype = type.split(separator: "/").last.map { String($0.split(separator: "+").last ?? $0) } ?? ""
        // What says that it is JSON and is none is left as it is.
        if ["json", "javascript"].contains(subtype), let parsed = try? JSON(parsing: content) {
            members["json"] = parsed
        }
        if context.flag("return_content") { members["content"] = .string(content) }
        guard isExpected else {
            let shown = "[" + expected.map(String.init).joined(separator: ", ") + "]"
            members["msg"] = .string(
                "Status code was \(answer.status) and not \(shown): HTTP Error \(answer.status): \(answer.reason)")
            throw TaskFailure.result(members)
        }
        return members
    }

    private static func described(_ answer: HTTPClient.Answer, _ request: HTTPClient.Request) -> JSONObject {
        var members = JSONObject()
        for (name, _) in answer.headers {
            let key = name.lowercased()
            members[key.replacing("-", with: "_")] = answer.header(key).map { .string($0) }
        }
        if let location = members["location"]?.string, let url = try? HTTPURL(answer.url),
            let absolute = try? url.resolving(location)
        {
            members["location"] = .string(absolute.text)
        }
        var cookies = JSONObject()
        for (name, value) in answer.headers where name.lowercased() == "set-cookie" {
            let pair = value.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1).map(String.init)
            if pair.count == 2 { cookies[pair[0]] = .string(pair[1]) }
        }
        let cookieText = cookies.map { "\($0.key)=\($0.value.string ?? "")" }.joined(separator: "; ")
        return members.merging([
            "status": JSON(answer.status), "url": .string(answer.url), "redirected": .bool(answer.url != request.url),
            "changed": false, "cookies": .object(cookies), "cookies_string": .string(cookieText),
            "msg": .string("OK (\(answer.header("content-length") ?? "unknown") bytes)"),
        ])
    }

    /// Writes the answer's body where the task wants it.
    private static func stored(_ answer: inout HTTPClient.Answer, _ context: ModuleContext) throws -> JSONObject {
        guard var path = try context.path("dest") else { return [:] }
        if try SystemCalls.status(path)?.kind == S_IFDIR { path += "/" + (try HTTPURL(answer.url)).fileName }
        let attributes = try FileAttributes(context.arguments)
        let isSame = try SystemCalls.status(path)?.kind == S_IFREG && SystemCalls.read(path) == answer.body
        if isSame {
            try attributes.apply(to: path)
        } else {
            try FileReplacement.write(
                answer.body, to: path, attributes: attributes, FileReplacement.Options(context))
        }
        return ["path": .string(path), "changed": true]
    }
}

/// A request's body in the format that the task names.
private enum RequestBody {
    /// The bytes, and the type that goes with the format.
    static func bytes(_ context: ModuleContext) throws -> ([UInt8], type: String?) {
        if let source = context.text("src") {
            if context.flag("remote_src") { return (try SystemCalls.read(try context.requiredPath("src")), nil) }
            guard let file = context.files[source] else { throw TaskFailure.fileNotSent(source) }
            var bytes: [UInt8] = []
            try context.fetch(file) { bytes += $0 }
            return (bytes, nil)
        }
        let body = context.arguments["body"] ?? .null
        switch context.text("body_format") ?? "raw" {
        case "json": return (body.string.map { Array($0.utf8) } ?? body.bytes, "application/json")
        case "form-urlencoded": return (Array(form(body).utf8), "application/x-www-form-urlencoded")
        case "form-multipart": return try multipart(body)
        default: return (body.isNull ? [] : Array((body.string ?? body.text).utf8), nil)
        }
    }

    private static func form(_ body: JSON) -> String {
        if let text = body.string { return text }
        let pairs: [(String, JSON)] =
            body.object.map { $0.map { ($0.key, $0.value) } }
            ?? (body.array ?? []).compactMap { pair in
                guard let name = pair[0], let value = pair[1] else { return nil }
                return (name.string ?? name.text, value)
            }
        return pairs.flatMap { name, value in
            (value.array ?? [value]).filter { !$0.isNull }.map {
                PercentEncoding.form(name) + "=" + PercentEncoding.form($0.string ?? $0.text)
            }
        }.joined(separator: "&")
    }

    private static func multipart(_ body: JSON) throws -> ([UInt8], String) {
        guard let fields = body.object else {
            throw TaskFailure.badArguments(module: "uri", reason: "'body' must be a mapping of fields")
        }
        let boundary = String((0..<32).compactMap { _ in "0123456789abcdef".randomElement() })
        var bytes: [UInt8] = []
        for (name, field) in fields {
            var (content, type) = (Array((field.string ?? field.text).utf8), "text/plain")
            var disposition = "form-data; name=\"\(name)\""
            if let parts = field.object {
                let file = parts["filename"]?.string
                guard let given = try parts["content"]?.string.map({ Array($0.utf8) }) ?? file.map(SystemCalls.read)
                else {
                    throw TaskFailure.badArguments(
                        module: "uri", reason: "the field '\(name)' needs 'content' or the 'filename' of a file here")
                }
                content = given
                type = parts["mime_type"]?.string ?? (file == nil ? "text/plain" : "application/octet-stream")
                if let last = file?.split(separator: "/").last { disposition += "; filename=\"\(last)\"" }
            }
            bytes += Array("--\(boundary)\r\nContent-Disposition: \(disposition)\r\nContent-Type: \(type)\r\n\r\n".utf8)
            bytes += content + Array("\r\n".utf8)
        }
        return (bytes + Array("--\(boundary)--\r\n".utf8), "multipart/form-data; boundary=\(boundary)")
    }
}
