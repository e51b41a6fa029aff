internal import Glibc
internal import JSON
internal import Templates

/// `assemble`: a file made of all the files of a folder, in the order of their names.
enum AssembleModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let source = try context.requiredPath("src")
        guard context.flag("remote_src", default: true) else {
            throw TaskFailure.badArguments(
                module: "assemble", reason: "it puts together what is on the machine: 'remote_src' must be true")
        }
        guard try SystemCalls.status(source)?.kind == S_IFDIR else {
            throw TaskFailure.pathIsOther(path: source, is: "no directory", wanted: "a directory of fragments")
        }
        let content = try assembled(source, context)
        // The peer's own module does not look ahead, so it skips.
        if context.isCheckMode {
            return .skipped("remote module (ansible.legacy.assemble) does not support check mode")
        }
        let destination = try context.requiredPath("dest")
        var proposal = try CopyModule.place(.bytes(content), at: destination, context)
        proposal.result = proposal.result.merging([
            "src": .string(source), "dest": .string(destination), "msg": "OK",
            "checksum": .string(FileDigests.checksum(content, "sha1")),
            "md5sum": .string(FileDigests.checksum(content, "md5")),
        ])
        return proposal
    }

    private static func assembled(_ folder: String, _ context: ModuleContext) throws -> [UInt8] {
        let regex = try context.text("regexp").map { try PythonRegex($0) }
        let delimiter = context.text("delimiter").map { Array(PythonEscapes.decoded($0).utf8) }
        let newline = UInt8(ascii: "\n")
        var content: [UInt8] = []
        var isFirst = true
        for name in try SystemCalls.entries(folder) {
            if let regex, !regex.isFound(in: name) { continue }
            if context.flag("ignore_hidden"), name.hasPrefix(".") { continue }
            let path = folder + "/" + name
            guard try SystemCalls.status(path)?.kind == S_IFREG else { continue }
            if !isFirst {
                if content.last != newline, !content.isEmpty { content.append(newline) }
                if let delimiter, !delimiter.isEmpty {
                    content += delimiter
                    if delimiter.last != newline { content.append(newline) }
                }
            }
            content += try SystemCalls.read(path)
            isFirst = false
        }
        return content
    }
}

/// Backslash escapes of Python's strings.
enum PythonEscapes {
    static func decoded(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "\\", let next = rest.popFirst() else {
                result.append(scalar)
                continue
            }
            switch next {
            case "n": result.append("\n")
            case "t": result.append("\t")
            case "r": result.append("\r")
            case "\\", "'", "\"": result.append(next)
            case "x":
                guard let code = UInt8(String(String.UnicodeScalarView(rest.prefix(2))), radix: 16) else { fallthrough }
                result.append(Unicode.Scalar(code))
                rest = rest.dropFirst(2)
            default:
                result.append("\\")
                result.append(next)
            }
        }
        return String(result)
    }
}
