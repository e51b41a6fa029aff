internal import HTTPServing
internal import JSON

/// A request that failed, as the Status that Kubernetes would answer.
struct APIFailure: Error, Hashable {
    var code: Int
    var reason: String
    var message: String
    /// Members of `details` in their order: name, group, kind, uid, causes.
    var details: JSONObject?

    init(_ code: Int, _ reason: String, _ message: String, details: JSONObject? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
    }

    var status: JSON {
        var status: JSONObject = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message),
            "reason": .string(reason),
        ]
        if let details { status["details"] = .object(details) }
        status["code"] = JSON(code)
        return .object(status)
    }

    var response: HTTPResponse { HTTPResponse(status: code, json: status) }
}

extension HTTPResponse {
    /// Compact JSON with one newline at its end.
    init(status: Int = 200, json: JSON, headers: [(name: String, value: String)] = []) {
        self.init(status: status, jsonBytes: json.bytes + [0x0A], headers: headers)
    }

    /// Bytes that are JSON already.
    init(status: Int = 200, jsonBytes: [UInt8], headers: [(name: String, value: String)] = []) {
        self.init(
            status: status, headers: [("content-type", "application/json")] + headers, body: .bytes(jsonBytes))
    }

    /// Plain text.
    init(status: Int = 200, text: String) {
        self.init(
            status: status, headers: [("content-type", "text/plain; charset=utf-8")], body: .bytes(Array(text.utf8)))
    }
}
