internal import Diagnostics
internal import Inventories
internal import JSON

/// The variables that `include_vars` reads on the controller: of a file, or of a folder's files in the order of their names.
struct IncludedVariables {
    private let playbook: CompiledPlaybook
    private let arguments: JSONObject
    private let role: String?
    private var files: ControllerFiles { playbook.files }

    init(_ playbook: CompiledPlaybook, _ arguments: JSONObject, _ role: String?) {
        self.playbook = playbook
        self.arguments = arguments
        self.role = role
    }

    func read() throws -> JSONObject {
        var all = JSONObject()
        var paths: [String] = []
        if let name = arguments["dir"]?.string {
            let folder = try found(name)
            guard files.isFolder(folder) else { throw Diagnosis("\(folder) is no folder") }
            paths = members(of: folder, depth: arguments["depth"]?.integer ?? 0)
        } else if let name = arguments["file"]?.string {
            paths = [try found(name)]
        } else {
            throw Diagnosis("'include_vars' needs 'file' or 'dir'")
        }
        for path in paths {
            for (name, value) in try VariableFiles.variables(path, vault: files.vault) { all[name] = value }
        }
        if let name = arguments["name"]?.string { all = [name: .object(all)] }
        return ["ansible_facts": .object(all), "ansible_included_var_files": JSON(paths)]
    }

    private func found(_ name: String) throws -> String {
        let (path, looked) = files.find(name, in: playbook.folders.flatMap { files.folders(.vars, role, $0) })
        guard let path else {
            throw Diagnosis("there is no file '\(name)'", why: "looked at \(looked.joined(separator: ", "))")
        }
        try files.requireWithin(playbook.folders + playbook.roleFolders, path)
        return path
    }

    /// The files of a folder, and of those in it down to a depth; 0 is all of them.
    private func members(of folder: String, depth: Int) -> [String] {
        let extensions = arguments["extensions"]?.array?.compactMap(\.string) ?? ["yaml", "yml", "json"]
        let ignored = Set(arguments["ignore_files"]?.array?.compactMap(\.string) ?? [])
        return files.names(in: folder).flatMap { name -> [String] in
            let path = folder + "/" + name
            if files.isFolder(path) { return depth == 1 ? [] : members(of: path, depth: max(0, depth - 1)) }
            guard !ignored.contains(name), extensions.contains(where: { name.hasSuffix("." + $0) }) else { return [] }
            return [path]
        }
    }
}
