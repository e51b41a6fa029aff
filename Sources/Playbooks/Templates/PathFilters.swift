internal import JSON

extension FilterTable {
    static let pathFilters: [String: Filter] = [
        "basename": text { value, _ in String(value.split(separator: "/", omittingEmptySubsequences: false).last ?? "")
        },
        "dirname": text { value, _ in Paths.directory(of: value) },
        "splitext": plain { value, _ in
            let (stem, suffix) = Paths.splitSuffix(value.pythonText)
            return .array([.string(stem), .string(suffix)])
        },
        "path_join": plain { value, _ in
            .string(
                (try value.string.map { [$0] } ?? value.elements().map(\.pythonText)).reduce("") { path, part in
                    part.hasPrefix("/") || path.isEmpty ? part : path.hasSuffix("/") ? path + part : path + "/" + part
                })
        },
        "expanduser": text { value, _ in Paths.expandedUser(value) },
        "expandvars": text { value, _ in Paths.expandedVariables(value) },
        "realpath": text { value, _ in Paths.real(value) },
        "relpath": text { value, arguments in
            try Paths.relative(value, to: try arguments.text(0, "start") ?? Paths.current)
        },
        "commonpath": plain { value, _ in .string(try Paths.common(try value.elements().map(\.pythonText))) },
        "normpath": text { value, _ in Paths.normalized(value) },
        "fileglob": plain { value, _ in JSON(Paths.files(matching: value.pythonText)) },
        "win_basename": text { value, _ in WindowsPaths.split(value).tail },
        "win_dirname": text { value, _ in WindowsPaths.split(value).head },
        "win_splitdrive": plain { value, _ in
            let (drive, rest) = WindowsPaths.splitDrive(value.pythonText)
            return [.string(drive), .string(rest)]
        },
    ]
}
