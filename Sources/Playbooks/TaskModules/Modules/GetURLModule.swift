internal import Bundles
internal import Glibc
internal import JSON

/// `get_url`: a file of a server is on the machine.
enum GetURLModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let url = try context.required("url")
        var result: JSONObject = ["url": .string(url), "checksum_src": .null, "checksum_dest": .null, "elapsed": 0]
        var destination = try context.requiredPath("dest")
        result["dest"] = .string(destination)
        if let folder = try context.path("tmp_dest"), try SystemCalls.status(folder)?.kind != S_IFDIR {
            throw TaskFailure.said("\(folder) directory does not exist.")
        }
        let isFolder = try SystemCalls.status(destination)?.kind == S_IFDIR
        let wanted = try Checksum(context)
        let current = isFolder ? nil : try SystemCalls.status(destination)
        var isForced = context.flag("force")
        if let wanted, let current, !isForced {
            if try FileDigests.checksum(destination, wanted.algorithm) == wanted.digits {
                result["msg"] = "file already exists"
                return FileModule.change(
                    of: destination, current, try FileAttributes(context.arguments), result: result)
            }
            // What is there is wrong, however new it is.
            isForced = true
        }
        let request = try request(url, context, newerThan: isForced ? nil : current)
        let start = SystemCalls.monotonicMilliseconds
        let target = isFolder ? destination + "/.clusterfile-download" : destination
        let folder = String(target.prefix(upTo: target.lastIndex(of: "/") ?? target.startIndex))
        guard try folder.isEmpty || SystemCalls.status(folder)?.kind == S_IFDIR else {
            throw TaskFailure.said("Destination \(folder) does not exist")
        }
        let download = context.isCheckMode ? nil : try FileReplacement(target)
        do {
            let answer = try HTTPClient(context).send(request) { try download?.write($0) }
            result["elapsed"] = JSON((SystemCalls.monotonicMilliseconds - start) / 1000)
            result["status_code"] = JSON(answer.status)
            if answer.status == 304 {
                download?.abandon()
                result["msg"] = "HTTP Error 304: Not Modified"
                return Proposal(result)
            }
            guard answer.status == 200 else { throw refused(answer, result) }
            result["msg"] = .string("OK (\(answer.header("content-length") ?? "unknown") bytes)")
            if isFolder { destination += "/" + name(answer) }
            result["dest"] = .string(destination)
            guard let download else { return try prediction(destination, result) }
            return try placed(download, at: destination, wanted, result, context)
        } catch {
            download?.abandon()
            throw error
        }
    }

    private static func request(_ url: String, _ context: ModuleContext, newerThan current: stat?) throws
        -> HTTPClient.Request
    {
        var request = HTTPClient.Request(method: context.isCheckMode ? "HEAD" : "GET", url: url)
        request.headers = FetchArguments.headers(context)
        request.unredirected = FetchArguments.unredirected(context)
        if let current {
            request.headers.append(("If-Modified-Since", HTTPDate.text(current.st_mtim.tv_sec)))
        } else if context.flag("force") {
            request.headers.append(("Cache-Control", "no-cache"))
        }
        return request
    }

    private static func refused(_ answer: HTTPClient.Answer, _ result: JSONObject) -> TaskFailure {
        .result(
            result.merging([
                "msg": .string("Request failed: HTTP Error \(answer.status): \(answer.reason)"),
                "response": .string("HTTP Error \(answer.status): \(answer.reason)"),
            ]))
    }

    /// The name that the server gives, else the last part of where the file was found.
    private static func name(_ answer: HTTPClient.Answer) -> String {
        if let disposition = answer.header("content-disposition"), disposition.hasPrefix("attachment;"),
            let start = disposition.firstRange(of: "filename=")?.upperBound
        {
            let given = disposition[start...].drop { $0 == "\"" }.prefix { $0 != "\"" && $0 != ";" }
            if let last = given.split(separator: "/").last, last != ".." { return String(last) }
        }
        // What was fetched has a URL that could be read.
        return (try? HTTPURL(answer.url))?.fileName ?? "index.html"
    }

    /// In check mode nothing is downloaded: a file that may be newer on the server counts as a change.
    private static func prediction(_ path: String, _ result: JSONObject) throws -> Proposal {
        Proposal(result, differences: [.init(path: path, before: "", after: "downloaded\n")]) { [:] }
    }

    private static func placed(
        _ download: FileReplacement, at path: String, _ wanted: Checksum?, _ result: JSONObject,
        _ context: ModuleContext
    ) throws -> Proposal {
        let attributes = try FileAttributes(context.arguments)
        if let wanted {
            let found = try FileDigests.checksum(download.temporary, wanted.algorithm)
            guard found == wanted.digits else {
                throw TaskFailure.result(
                    result.merging([
                        "msg": .string("The checksum for \(path) did not match \(wanted.digits); it was \(found).")
                    ]))
            }
        }
        let new = try FileDigests.checksum(download.temporary, "sha1")
        let current = try SystemCalls.status(path)
        if let current, current.kind != S_IFREG {
            throw TaskFailure.pathIsOther(path: path, is: current.kindText, wanted: "a file")
        }
        let old = try current == nil ? nil : FileDigests.checksum(path, "sha1")
        let all = result.merging([
            "checksum_src": .string(new), "checksum_dest": old.map { .string($0) } ?? .null,
            "md5sum": .string(try FileDigests.checksum(download.temporary, "md5")), "src": .string(download.temporary),
        ])
        if let current, old == new {
            download.abandon()
            return FileModule.change(of: path, current, attributes, result: all)
        }
        let before = current.map { "\($0.st_size) bytes\n" } ?? "absent\n"
        let size = try SystemCalls.status(download.temporary)?.st_size ?? 0
        return Proposal(all, differences: [.init(path: path, before: before, after: "\(size) bytes\n")]) {
            let backup = try context.flag("backup") && current != nil ? Backup.make(of: path) : nil
            try download.commit(attributes, to: path, FileReplacement.Options(context))
            return backup.map { ["backup_file": .string($0)] } ?? [:]
        }
    }

    /// `ALGORITHM:DIGITS`, or where a file with the digits is.
    private struct Checksum {
        let algorithm: String
        let digits: String

        init?(_ context: ModuleContext) throws {
            guard let text = context.text("checksum"), !text.isEmpty else { return nil }
            guard let colon = text.firstIndex(of: ":") else {
                throw TaskFailure.said("The checksum parameter has to be in format <algorithm>:<checksum>")
            }
            algorithm = String(text[..<colon])
            guard ["md5", "sha1", "sha256", "sha384", "sha512"].contains(algorithm) else {
                throw TaskFailure.badArguments(
                    module: "get_url", reason: "there is no checksum '\(algorithm)'; take sha256 or sha512")
            }
            var value = String(text[text.index(after: colon)...])
            if value.contains("://") { value = try Self.listed(at: value, context) }
            digits = value.lowercased().filter { $0.isLetter || $0.isNumber }
            guard !digits.isEmpty, digits.allSatisfy(\.isHexDigit) else {
                throw TaskFailure.said("The checksum format is invalid")
            }
        }

        /// The digits of our file in a list as `sha256sum` writes it.
        private static func listed(at url: String, _ context: ModuleContext) throws -> String {
            let answer = try HTTPClient(context).get(url)
            guard answer.status == 200 else { throw refused(answer, [:]) }
            let name = try HTTPURL(try context.required("url")).fileName
            let lines = String(decoding: answer.body, as: UTF8.self).lineTexts
            if lines.count == 1, lines[0].split(separator: " ").count == 1 { return lines[0] }
            for line in lines {
                let parts = line.split(separator: " ", maxSplits: 1).map { String($0).trimmed }
                if parts.count == 2, String(parts[1].drop { "*./ ".contains($0) }) == name { return parts[0] }
            }
            throw TaskFailure.said("Unable to find a checksum for file '\(name)' in '\(url)'")
        }
    }
}

/// What `get_url` and `uri` read alike of their arguments.
enum FetchArguments {
    static func headers(_ context: ModuleContext) -> [(name: String, value: String)] {
        (context.arguments["headers"]?.object ?? [:]).map { ($0.key, $0.value.string ?? $0.value.text) }
    }

    static func unredirected(_ context: ModuleContext) -> Set<String> {
        Set((context.texts("unredirected_headers") ?? []).map { $0.lowercased() })
    }
}

/// Points in time as HTTP writes them (RFC 9110, 5.6.7).
enum HTTPDate {
    static func text(_ seconds: time_t) -> String {
        var (time, parts) = (seconds, tm())
        gmtime_r(&time, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }
        let clock = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        let date = "\(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900)"
        return "\(days[Int(parts.tm_wday)]), \(date) \(clock) GMT"
    }
}
