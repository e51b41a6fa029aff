import FoundationEssentials
import StateStore

/// A store in a folder of its own, which goes when the body has run.
func withStore(
    watchCapacity: Int = 8192, _ body: (StateStore, _ path: String) async throws -> Void
) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let path = folder.appendingPathComponent("state.db").path
    do {
        let store = try StateStore(path: path, watchCapacity: watchCapacity)
        try await body(store, path)
        await store.close()
    } catch {
        try? FileManager.default.removeItem(at: folder)  // the first error is the one that tells
        throw error
    }
    try FileManager.default.removeItem(at: folder)
}

func draft(_ text: String) -> Draft { Draft(Array(text.utf8)) }

extension Entry {
    var text: String { String(decoding: value, as: UTF8.self) }
}
