import Foundation
import YAML

/// A playbook of the corpus. Comments at its top may say with which `# arguments:` and on which `# inventory:` it is run,
/// and that its `# ending:` is a failure.
struct CorpusPlaybook: Sendable, CustomStringConvertible {
    static let folder = TestCluster.project.appendingPathComponent("Tests/System/Playbooks")

    let name: String
    let arguments: [String]
    /// A file of the folder `inventories`, without its ending.
    let inventory: String
    /// How both runs end.
    let ending: String
    let file: URL

    var description: String { name }

    init(_ name: String) throws {
        self.name = name
        file = Self.folder.appendingPathComponent("corpus/\(name).yml")
        let head = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").prefix { $0.hasPrefix("#") }
        func said(_ word: String) -> String? {
            head.first { $0.hasPrefix("# \(word): ") }.map { String($0.dropFirst(word.count + 4)) }
        }
        arguments = (said("arguments") ?? "")
            .replacingOccurrences(of: "$CORPUS", with: file.deletingLastPathComponent().path).split(separator: " ").map(
                String.init)
        inventory = said("inventory") ?? "one"
        ending = said("ending") ?? "success"
    }

    static func all() throws -> [CorpusPlaybook] {
        try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("corpus").path)
            .filter { $0.hasSuffix(".yml") }.sorted().map { try CorpusPlaybook(String($0.dropLast(4))) }
    }

    /// Those that the test suite runs.
    static func ofSuite() throws -> [CorpusPlaybook] {
        try String(contentsOf: folder.appendingPathComponent("suite"), encoding: .utf8).split(separator: "\n")
            .filter { !$0.hasPrefix("#") }.map { try CorpusPlaybook(String($0)) }
    }

    /// Every key of its plays, tasks and blocks: keywords and modules.
    func keys() throws -> Set<String> {
        let plays = try YAML.document(String(contentsOf: file, encoding: .utf8), file: file.path)
        return Set((plays.sequence ?? []).flatMap(Self.keys))
    }

    private static func keys(of node: YAMLNode) -> [String] {
        (node.mapping ?? []).flatMap { entry in
            let key = entry.key.text ?? ""
            let inner = ["tasks", "pre_tasks", "post_tasks", "handlers", "block", "rescue", "always", "roles"].contains(
                key)
            return [key] + (key == "loop_control" ? Self.keys(of: entry.value) : [])
                + (inner ? (entry.value.sequence ?? []).flatMap(Self.keys) : [])
        }
    }
}
