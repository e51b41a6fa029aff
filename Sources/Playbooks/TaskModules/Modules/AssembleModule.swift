internal import Glibc
internal import JSON
internal import Templates

/// `assemble`: a file made of all the files of a folder, in the order of their names.
enum AssembleModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let source = try context.requiredPath("src")
        guard context.flag("remote_src", default: true) else { return try ofController(context) }
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

    /// The fragments are the controller's.
    private static func ofController(_ context: ModuleContext) throws -> Proposal {
        let source = try context.required("src")
        guard let members = context.files[source]?.members else {
            throw TaskFailure.said("Source (\(source)) is not a directory")
        }
        let content = try assembled(
            members.compactMap { member in
                guard case .file(let file) = member.kind, !member.path.contains("/") else { return nil }
                return (
                    member.path,
                    {
                        guard case .bytes(let bytes, _) = try FileContent.controller(file).whole(context)
                        else { return [] }
                        return bytes
                    }
                )
            }, context)
        var proposal = try CopyModule.place(.bytes(content), at: try context.requiredPath("dest"), context)
        proposal.result["src"] = .string(source)
        return proposal
    }

    private static func assembled(_ folder: String, _ context: ModuleContext) throws -> [UInt8] {
        try assembled(
            SystemCalls.entries(folder).compactMap { name in
                let path = folder + "/" + name
                guard try SystemCalls.status(path)?.kind == S_IFREG else { return nil }
                return (name, { try SystemCalls.read(path) })
            }, context)
    }

    private static func assembled(
        _ fragments: [(name: String, content: () throws -> [UInt8])], _ context: ModuleContext
    ) throws -> [UInt8] {
        let regex = try context.text("regexp").map { try PythonRegex($0) }
        let delimiter = context.text("delimiter").map { Array(PythonEscapes.decoded($0).utf8) }
        let newline = UInt8(ascii: "\n")
        var content: [UInt8] = []
        var isFirst = true
        for (name, fragment) in fragments {
            if let regex, !regex.isFound(in: name) { continue }
            if context.flag("ignore_hidden"), name.hasPrefix(".") { continue }
            if !isFirst {
                if content.last != newline, !content.isEmpty { content.append(newline) }
                if let delimiter, !delimiter.isEmpty {
                    content += delimiter
                    if delimiter.last != newline { content.append(newline) }
                }
            }
            content += try fragment()
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
