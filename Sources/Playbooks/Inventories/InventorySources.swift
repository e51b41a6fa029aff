package import Diagnostics
internal import FoundationEssentials
internal import Glibc
package import Vault
internal import YAML

/// What `-i` names, read in order: files in INI or YAML, programs, folders of these, and `host1,host2,` lists.
package struct InventorySources: Sendable {
    package private(set) var inventory = Inventory()
    /// Variables beside the sources.
    package private(set) var files = VariableFiles()
    /// What was left out, as Ansible leaves it out.
    package private(set) var warnings: [Diagnosis] = []

    private let vault: Vault
    private let environment: [String]
    private let seconds: Int

    /// Reads all sources; every mistake at once. Each program gets the environment and that many seconds.
    package init(
        _ sources: [String], vault: Vault = Vault(), environment: [String: String], programSeconds: Int = 120
    ) throws(Diagnoses) {
        self.vault = vault
        self.environment = environment.map { "\($0.key)=\($0.value)" }.sorted()
        seconds = programSeconds
        var problems: [Diagnosis] = []
        var folders: [String] = []
        for source in sources {
            do throws(Diagnoses) {
                if let folder = try read(source) { folders.append(folder) }
            } catch {
                problems += error.all
            }
        }
        do throws(Diagnoses) {
            files = try VariableFiles(beside: folders, vault: vault)
        } catch {
            problems += error.all
        }
        if !problems.isEmpty { throw Diagnoses(problems) }
    }

    /// Reads a source and answers the folder beside whose files its variables are; none for a list of hosts.
    private mutating func read(_ source: String) throws(Diagnoses) -> String? {
        guard FileManager.default.fileExists(atPath: source) else {
            guard source.contains(",") else { throw Diagnoses([InventoryError.noSuchSource(source).diagnosis]) }
            for word in source.split(separator: ",") { addHost(word.filter { !$0.isWhitespace }, of: source) }
            return nil
        }
        let path = Self.absolute(source)
        if InventoryFolder.isFolder(path) {
            try readFolder(path)
            return path
        }
        try readFile(path)
        return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }

    private mutating func addHost(_ text: String, of source: String) {
        if text.isEmpty { return }
        let (name, port) = HostAddress.partsOfOne(text)
        if inventory.host(name) != nil { return }
        inventory.add(.init(name, variables: port.map { ["ansible_port": .integer(Int64($0))] } ?? [:], source: source))
        inventory.add(.init("ungrouped", hosts: [name]))
    }

    private mutating func readFolder(_ folder: String) throws(Diagnoses) {
        var problems: [Diagnosis] = []
        for entry in InventoryFolder.entries(folder) where !InventoryFolder.isIgnored(entry) {
            let path = folder + "/" + entry
            do throws(Diagnoses) {
                if InventoryFolder.isFolder(path) { try readFolder(path) } else { try readFile(path) }
            } catch {
                problems += error.all
            }
        }
        if !problems.isEmpty { throw Diagnoses(problems) }
    }

    private mutating func readFile(_ path: String) throws(Diagnoses) {
        let bytes = try vault.content(ofFile: path)
        let begins = (isScript: bytes.starts(with: "#!".utf8), isProgram: bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]))
        if begins.isScript || begins.isProgram, access(path, X_OK) == 0 {
            let program = InventoryProgram(path: path, environment: environment, seconds: seconds)
            return try program.read(source: path, into: &inventory)
        }
        do throws(Diagnoses) {
            try readText(String(decoding: bytes, as: UTF8.self), path)
        } catch {
            throw begins.isScript ? Diagnoses([InventoryError.notExecutable(path).diagnosis]) : error
        }
    }

    /// YAML where the file's name allows it and its text is a mapping, else INI, which may have any name.
    private mutating func readText(_ text: String, _ path: String) throws(Diagnoses) {
        let name = path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...]
        let suffix = name.dropFirst().lastIndex(of: ".").map { String(name[$0...]) }
        let mayBeYAML = suffix.map { [".yml", ".yaml", ".json"].contains($0) } ?? true
        var problem: Diagnoses?
        if mayBeYAML {
            do throws(Diagnoses) {
                let node = try vault.document(text, file: path)
                if node.mapping?.isEmpty == false {
                    warnings += try TreeReader.read(node, source: path, into: &inventory)
                    return
                }
                if node.mapping == nil, suffix != nil {
                    throw Diagnoses([
                        InventoryError.wrongShape(
                            what: "an inventory", wanted: "a mapping of groups", found: node.kind, at: node.location
                        ).diagnosis
                    ])
                }
            } catch {
                problem = error
            }
        }
        do throws(Diagnoses) {
            try INIReader.read(text, file: path, source: path, into: &inventory)
        } catch {
            // Of two readings that fail, the one that the file's name or look tells was meant.
            let looksLikeINI = suffix == nil && text.split(separator: "\n").contains { $0.hasPrefix("[") }
            throw looksLikeINI ? error : problem ?? error
        }
    }

    /// The path from the root, without `.` and `..`; links stay.
    private static func absolute(_ path: String) -> String {
        let full = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        var parts: [Substring] = []
        for part in full.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }
}
