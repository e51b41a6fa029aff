import Foundation
import JSON
import Testing

@testable import Bundles
@testable import TaskModules

/// Runs modules one by one, in a folder of their own.
class ModuleFolder {
    let root: String
    private let digests: FileDigests

    init() throws {
        root = NSTemporaryDirectory() + "clusterfile-modules-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        digests = FileDigests(statePath: root + "/.digests")
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    func path(_ name: String) -> String { root + "/" + name }
    func write(_ text: String, _ name: String) throws {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
    }
    func text(_ name: String) -> String? { try? String(contentsOfFile: path(name), encoding: .utf8) }
    func mode(_ name: String) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: path(name))[.posixPermissions]) as? Int
    }

    func context(_ module: String, _ arguments: JSONObject) throws -> ModuleContext {
        let spec = try #require(ModuleSpec.named(module))
        let (normal, problems) = spec.normalize(arguments)
        #expect(problems.isEmpty)
        return ModuleContext(
            module: module, arguments: normal, files: [:], environment: [:], digests: digests, fetch: { _, _ in },
            render: { text, _, _ in text }, evaluate: { $0 }, holds: { $0.bool ?? false }, checkpoint: {}, flush: {},
            readVariables: { $0 })
    }

    /// Does a task; gives whether it changed anything.
    @discardableResult
    func run(_ module: String, _ arguments: JSONObject) throws -> (changed: Bool, result: JSONObject) {
        let propose = try #require(ModuleTable.all[module])
        let proposal = try propose(try context(module, arguments))
        guard let apply = proposal.apply else { return (false, ResultSupplements.added(to: proposal.result)) }
        let result = ResultSupplements.added(to: proposal.result.merging(try apply()))
        return (result["changed"]?.bool ?? true, result)
    }

    /// What a task would do in check mode: whether it would change anything, and its result.
    @discardableResult
    func check(_ module: String, _ arguments: JSONObject) throws -> (changed: Bool, result: JSONObject) {
        let propose = try #require(ModuleTable.all[module])
        var context = try context(module, arguments)
        context.isCheckMode = true
        let proposal = try propose(context)
        return (proposal.apply != nil, proposal.result)
    }

    /// Does it twice: the second time there is nothing to do.
    func converges(_ module: String, _ arguments: JSONObject) throws {
        #expect(try run(module, arguments).changed)
        #expect(try !run(module, arguments).changed)
    }
}
