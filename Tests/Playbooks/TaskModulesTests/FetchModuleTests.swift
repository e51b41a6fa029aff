import Foundation
import Glibc
import JSON
import Testing

@testable import Bundles
@testable import TaskModules

/// `get_url` and `uri` against a server on this machine.
@Suite final class FetchModuleTests: ModuleFolder {
    private func server(_ answers: [String: String]) throws -> FileServer {
        try FileServer { request in answers[request.target] ?? "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n" }
    }

    private static let digits = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

    @Test func `A file is downloaded, once while its checksum holds, and again where it is wrong`() throws {
        let server = try server(["/f": FileServer.ok("hello"), "/sums": FileServer.ok("00  x\n\(Self.digits) *f\n")])
        let arguments: JSONObject = [
            "url": .string(server.url("/f")), "dest": .string(path("file")), "mode": "0640",
            "checksum": .string("sha256:" + Self.digits),
        ]
        let first = try run("get_url", arguments)
        #expect(first.changed)
        #expect(text("file") == "hello")
        #expect(first.result["status_code"] == 200)
        #expect(first.result["checksum_src"] == "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d")
        #expect(first.result["mode"] == "0640")
        #expect(try !run("get_url", arguments).changed)
        #expect(server.requests.count == 1)
        try write("other", "file")
        try converges("get_url", arguments.merging(["checksum": .string("sha256:" + server.url("/sums"))]))
        #expect(throws: TaskFailure.self) {
            try run("get_url", arguments.merging(["dest": .string(path("bad")), "checksum": "sha1:00"]))
        }
        #expect(text("bad") == nil)
    }

    @Test func `A file is named by the server where the place is a folder, and asked for only if newer`() throws {
        let server = try FileServer { request in
            request.headers["if-modified-since"] != nil
                ? "HTTP/1.1 304 Not Modified\r\n\r\n"
                : FileServer.ok("x", "Content-Disposition: attachment; filename=\"../named.txt\"")
        }
        let folder: JSONObject = ["url": .string(server.url("/f?x=1")), "dest": .string(root)]
        #expect(try run("get_url", folder).result["dest"] == .string(path("named.txt")))
        #expect(try !run("get_url", folder).changed)
        let file: JSONObject = ["url": .string(server.url("/f")), "dest": .string(path("named.txt"))]
        #expect(try run("get_url", file).result["status_code"] == 304)
        #expect(try !run("get_url", file.merging(["force": true])).changed)
        #expect(server.requests.last?.headers["cache-control"] == "no-cache")
        #expect(try FileManager.default.contentsOfDirectory(atPath: root).filter { $0.hasPrefix(".cl") }.isEmpty)
    }

    @Test func `Check mode downloads nothing`() throws {
        let server = try server(["/f": FileServer.ok("")])
        #expect(try check("get_url", ["url": .string(server.url("/f")), "dest": .string(path("file"))]).changed)
        #expect(server.requests.map(\.method) == ["HEAD"])
        #expect(text("file") == nil)
        #expect(try check("uri", ["url": .string(server.url("/f"))]).result["skipped"] == true)
    }

    @Test func `What is missing, unreachable or no URL is told, and leaves nothing behind`() throws {
        let server = try server([:])
        for url in [server.url("/none"), "http://127.0.0.1:1/", "ftp://x/y", "nothing", "http://no-such-host.invalid/"]
        {
            #expect(throws: TaskFailure.self) { try run("get_url", ["url": .string(url), "dest": .string(path("f"))]) }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: root).filter { $0.contains("new") }.isEmpty)
        try write("local", "source")
        try run("get_url", ["url": .string("file://" + path("source")), "dest": .string(path("f"))])
        #expect(text("f") == "local")
    }

    @Test func `An answer in JSON is read, with its headers, and its status is compared`() throws {
        let server = try server([
            "/j": FileServer.ok(
                "{\"a\": [1]}", "Content-Type: application/vnd.x+json; charset=utf-8", "X-Some-Name: v"),
            "/text": FileServer.ok("plain", "Content-Type: text/plain", "Set-Cookie: a=b; Path=/"),
        ])
        let json = try run("uri", ["url": .string(server.url("/j"))])
        #expect(!json.changed)
        #expect(json.result["json"] == ["a": [1]])
        #expect(json.result["x_some_name"] == "v")
        #expect(json.result["content"] == nil)
        let text = try run("uri", ["url": .string(server.url("/text")), "return_content": true]).result
        #expect(text["content"] == "plain")
        #expect(text["cookies"] == ["a": "b"])
        #expect(text["msg"] == "OK (5 bytes)")
        let missing: JSONObject = ["url": .string(server.url("/none"))]
        #expect {
            try run("uri", missing)
        } throws: { error in
            guard case TaskFailure.result(let members) = error else { return false }
            return members["status"] == 404
                && members["msg"] == "Status code was 404 and not [200]: HTTP Error 404: Not Found"
        }
        #expect(try run("uri", missing.merging(["status_code": [404, "405"]])).result["status"] == 404)
        #expect(
            try run("uri", ["url": "http://127.0.0.1:1/", "status_code": 200, "timeout": 1], fails: true)["status"]
                == -1)
    }

    private func run(_ module: String, _ arguments: JSONObject, fails: Bool) throws -> JSONObject {
        do {
            return try run(module, arguments).result
        } catch TaskFailure.result(let members) {
            return members
        }
    }

    @Test(
        arguments: [
            (["body": ["a": 1], "body_format": "json"], "{\"a\":1}", "application/json"),
            (["body": "{x}", "body_format": "json"], "{x}", "application/json"),
            (
                ["body": ["a b": "c&d", "l": ["1", "2"]], "body_format": "form-urlencoded"], "a+b=c%26d&l=1&l=2",
                "application/x-www-form-urlencoded"
            ), (["body": "raw"], "raw", nil),
        ] as [(JSONObject, String, String?)])
    func `A body is sent in its format`(arguments: JSONObject, body: String, type: String?) throws {
        let server = try server(["/": FileServer.ok("")])
        try run("uri", arguments.merging(["url": .string(server.url("/")), "method": "POST"]))
        let request = try #require(server.requests.first)
        #expect(request.method == "POST")
        #expect(request.body == body)
        #expect(request.headers["content-type"] == type)
    }

    @Test func `A form of several parts holds texts and files`() throws {
        let server = try server(["/": FileServer.ok("")])
        try write("content of it", "part")
        try run(
            "uri",
            [
                "url": .string(server.url("/")), "method": "POST", "body_format": "form-multipart",
                "body": ["a": "1", "f": ["filename": .string(path("part"))]],
            ])
        let body = try #require(server.requests.first?.body)
        #expect(body.contains("name=\"a\"\r\nContent-Type: text/plain\r\n\r\n1\r\n--"))
        #expect(body.contains("name=\"f\"; filename=\"part\"\r\n") && body.contains("\r\n\r\ncontent of it\r\n"))
    }

    @Test func `Redirects are followed as the task says`() throws {
        let server = try server([
            "/a": "HTTP/1.1 302 Found\r\nLocation: b\r\nContent-Length: 0\r\n\r\n", "/b": FileServer.ok("there"),
        ])
        let arguments: JSONObject = ["url": .string(server.url("/a")), "return_content": true]
        let followed = try run("uri", arguments).result
        #expect(followed["content"] == "there")
        #expect(followed["redirected"] == true)
        #expect(followed["url"] == .string(server.url("/b")))
        let stopped = try run("uri", arguments.merging(["follow_redirects": "none", "status_code": 302])).result
        #expect(stopped["location"] == .string(server.url("/b")))
        #expect(try run("uri", arguments.merging(["method": "POST", "status_code": 302])).result["status"] == 302)
        try run("uri", arguments.merging(["method": "POST", "follow_redirects": "all", "body": "x"]))
        #expect(server.requests.last?.method == "GET")
    }

    @Test func `An account is shown when it is asked for, or at once if forced`() throws {
        let server = try FileServer { request in
            request.headers["authorization"] == "Basic dTpw"
                ? FileServer.ok("in")
                : "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"
        }
        let account: JSONObject = ["url": .string(server.url("/")), "url_username": "u", "url_password": "p"]
        #expect(try run("uri", account).result["status"] == 200)
        #expect(server.requests.count == 2)
        try run("uri", account.merging(["force_basic_auth": true]))
        #expect(server.requests.count == 3)
        #expect(try run("uri", ["url": "http://u:p@127.0.0.1:\(server.port)/"]).result["status"] == 200)
    }

    @Test func `A proxy of the environment carries what it is not told to leave alone`() throws {
        let server = try server(["http://far.example/x": FileServer.ok("by proxy")])
        var context = try context("uri", ["url": "http://far.example/x", "return_content": true])
        context.environment["http_proxy"] = "http://user:word@127.0.0.1:\(server.port)"
        #expect(try URIModule.propose(context).apply?()["content"] == "by proxy")
        #expect(server.requests.first?.headers["proxy-authorization"] == "Basic dXNlcjp3b3Jk")
        #expect(HTTPProxy.excludes("a.b.example", "x, .b.example"))
        #expect(HTTPProxy.excludes("b.example", "b.example") && HTTPProxy.excludes("x", "*"))
        #expect(!HTTPProxy.excludes("ab.example", "b.example") && !HTTPProxy.excludes("x", ""))
    }

    @Test func `An answer without a length ends with the connection, one in chunks with its last`() throws {
        let server = try server([
            "/end": "HTTP/1.1 200 OK\r\n\r\nuntil the end", "/cut": "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut",
            "/chunks": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        ])
        func content(_ path: String) throws -> JSON? {
            try run("uri", ["url": .string(server.url(path)), "return_content": true], fails: true)["content"]
        }
        #expect(try content("/end") == "until the end")
        #expect(try content("/chunks") == "abcde")
        #expect(try content("/cut") == nil)
    }

    @Test(
        arguments: [
            ("http://h", "h", 80, "/"), ("https://h:8443/a?b#c", "h", 8443, "/a?b"),
            ("http://[::1]:81/x", "::1", 81, "/x"),
            ("http://u:p@h?q", "h", 80, "/?q"), ("file:///a%20b", "", 80, "/a b"),
        ])
    func `URLs are read`(text: String, host: String, port: Int, target: String) throws {
        let url = try HTTPURL(text)
        #expect(url.host == host && url.port == port && url.target == target)
    }

    @Test func `A server's certificate is looked at, unless the task says not to`() throws {
        _ = try Spawn(
            arguments: [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-keyout", "key", "-out", "cert", "-days", "2", "-subj", "/CN=here", "-addext",
                "subjectAltName=IP:127.0.0.1",
            ], directory: root
        ).run().checked(["openssl"])
        try write("secret text", "page")
        let port = try FileServer { _ in "" }.port
        let command =
            "openssl s_server -accept \(port) -key key -cert cert -WWW -quiet </dev/null >/dev/null 2>&1 & echo $!"
        let started = try Spawn(arguments: ["sh", "-c", command], directory: root).run()
        let server = try #require(pid_t(started.outputText.trimmed))
        defer { kill(server, SIGKILL) }
        let arguments: JSONObject = [
            "url": .string("https://127.0.0.1:\(port)/page"), "return_content": true, "timeout": 10,
        ]
        var trusted = JSONObject()
        for _ in 0..<100 {
            trusted = try run("uri", arguments.merging(["ca_path": .string(path("cert"))]), fails: true)
            if trusted["status"] != -1 { break }
            usleep(50_000)
        }
        #expect(trusted["content"] == "secret text", "\(trusted)")
        #expect(try run("uri", arguments, fails: true)["status"] == -1)
        #expect(try run("uri", arguments.merging(["validate_certs": false])).result["content"] == "secret text")
    }
}
