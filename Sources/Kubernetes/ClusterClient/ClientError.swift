package import Diagnostics
package import JSON

/// A refusal as the API says it (`kind: Status`).
package struct APIStatus: Hashable, Sendable {
    package var code: Int
    package var reason: String
    package var message: String
    package var retryAfterSeconds: Int?

    package init(code: Int, reason: String, message: String, retryAfterSeconds: Int? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// What a body of an answer with that code says; a body that is no Status is quoted in part.
    package init(code: Int, body: [UInt8]) {
        if let json = try? JSON(parsing: body), json["kind"]?.string == "Status" {  // not JSON: quoted below
            self.init(status: json, code: code)
        } else {
            let text = String(decoding: body.prefix(200), as: UTF8.self)
            self.init(code: code, reason: "", message: text.isEmpty ? "HTTP status \(code)" : text)
        }
    }

    /// The Status object of a body or of a watch's ERROR event.
    package init(status: JSON, code: Int = 500) {
        self.init(
            code: status["code"]?.integer ?? code, reason: status["reason"]?.string ?? "",
            message: status["message"]?.string ?? "",
            retryAfterSeconds: status[path: "details", "retryAfterSeconds"]?.integer)
    }
}

/// Why a request to the API has no result.
package enum ClientError: Error, Hashable, Sendable {
    /// The server answered, and said no.
    case refused(APIStatus)
    /// No connection, or it broke before the answer's end.
    case unreachable(server: String, reason: String)
    case timedOut(request: String, seconds: Int)
    case malformedAnswer(request: String, reason: String)
    case invalidServerURL(String)
    case invalidCredentials(what: String, reason: String)
}

extension ClientError {
    /// The refusal's HTTP code, or nil where no answer came.
    package var code: Int? { if case .refused(let status) = self { status.code } else { nil } }
    package var isNotFound: Bool { code == 404 }
    /// Somebody else wrote in between, or a precondition did not hold.
    package var isConflict: Bool { code == 409 && reason != "AlreadyExists" }
    package var isAlreadyExists: Bool { code == 409 && reason == "AlreadyExists" }
    /// The version to go on from has been compacted away.
    package var isExpired: Bool { code == 410 }
    private var reason: String? { if case .refused(let status) = self { status.reason } else { nil } }
}

extension ClientError: Diagnosable {
    package var diagnosis: Diagnosis {
        switch self {
        case .refused(let status):
            Diagnosis(status.message, why: "the API server answered \(status.code) \(status.reason)")
        case .unreachable(let server, let reason):
            Diagnosis(
                "the API server at \(server) cannot be reached", why: reason,
                fix: "look at 'systemctl status clusterfile-master' on the master")
        case .timedOut(let request, let seconds):
            Diagnosis(
                "no answer to \(request) within \(seconds) s", fix: "look whether the master is overloaded or paused")
        case .malformedAnswer(let request, let reason):
            Diagnosis("the answer to \(request) cannot be read", why: reason)
        case .invalidServerURL(let text):
            Diagnosis("'\(text)' is not a server's address", fix: "write it as https://ADDRESS:PORT")
        case .invalidCredentials(let what, let reason):
            Diagnosis("the \(what) cannot be used", why: reason, fix: "run 'clusterfile up' to make it anew")
        }
    }
}

extension ClientError: CustomStringConvertible {
    /// One line, for logs.
    package var description: String { diagnosis.what + (diagnosis.why.map { ": " + $0 } ?? "") }
}
