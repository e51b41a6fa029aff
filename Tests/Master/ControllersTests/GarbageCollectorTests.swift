import JSON
import Objects
import Testing

@testable import Controllers

@Suite struct GarbageCollectorTests {
    private func object(
        _ name: String, owners: [String] = [], blocking: Bool = true, finalizers: [String] = [], isGoing: Bool = false
    ) -> JSON {
        var metadata: JSON = ["name": JSON(name), "namespace": "d", "uid": JSON("uid-" + name), "resourceVersion": "1"]
        if !owners.isEmpty {
            metadata["ownerReferences"] = .array(
                owners.map {
                    [
                        "apiVersion": "v1", "kind": "ConfigMap", "name": JSON($0), "uid": JSON("uid-" + $0),
                        "blockOwnerDeletion": JSON(blocking),
                    ]
                })
        }
        if !finalizers.isEmpty { metadata["finalizers"] = JSON(finalizers) }
        if isGoing { metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z" }
        return ["apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata]
    }

    /// `delete NAME`, `NAME finalizers=…`, `NAME owners=…`
    private func text(_ change: Change?) -> String {
        switch change {
        case .delete(let reference, _): "delete \(reference.name)"
        case .patch(let reference, let patch):
            if let finalizers = patch[path: "metadata", "finalizers"] {
                "\(reference.name) finalizers=\(finalizers)"
            } else {
                "\(reference.name) owners="
                    + (patch[path: "metadata", "ownerReferences"]?.array ?? []).compactMap { $0["name"]?.string }
                    .joined(separator: ",")
            }
        default: "\(String(describing: change))"
        }
    }

    @Test func whatHasAllItsOwnersIsLeftAlone() {
        let findings = GarbageCollector.reconcile([object("a"), object("b", owners: ["a"])])
        #expect(findings.changes.isEmpty)
        #expect(findings.suspects.isEmpty)
    }

    @Test func aMissingOwnerIsASuspicionUntilTheServerConfirmsIt() throws {
        let child = object("b", owners: ["a"])
        let findings = GarbageCollector.reconcile([child])
        let suspect = try #require(findings.suspects.first)
        #expect(suspect.missing.map(\.name) == ["a"])
        #expect(GarbageCollector.settle(suspect, object: child, absent: []) == nil)
        #expect(text(GarbageCollector.settle(suspect, object: child, absent: ["uid-a"])) == "delete b")
    }

    @Test func oneOwnerLeftIsEnoughToStay() throws {
        let child = object("c", owners: ["a", "b"])
        let suspect = try #require(GarbageCollector.reconcile([object("a"), child]).suspects.first)
        #expect(text(GarbageCollector.settle(suspect, object: child, absent: ["uid-b"])) == "c owners=a")
    }

    @Test func foregroundDeletesTheDependentsThenLetsTheOwnerGo() {
        let owner = object("a", finalizers: ["foregroundDeletion", "mine"], isGoing: true)
        let child = object("b", owners: ["a"])
        #expect(GarbageCollector.reconcile([owner, child]).changes.map(text) == ["delete b"])
        var going = child
        going["metadata"]?["deletionTimestamp"] = "2026-01-01T00:00:00Z"
        #expect(GarbageCollector.reconcile([owner, going]).changes.isEmpty)
        #expect(GarbageCollector.reconcile([owner]).changes.map(text) == ["a finalizers=[\"mine\"]"])
        let free = object("b", owners: ["a"], blocking: false)
        #expect(GarbageCollector.reconcile([owner, free]).changes.map(text) == ["a finalizers=[\"mine\"]"])
    }

    @Test func foregroundSparesWhatAnotherOwnerHolds() {
        let owner = object("a", finalizers: ["foregroundDeletion"], isGoing: true)
        let child = object("c", owners: ["a", "b"])
        #expect(GarbageCollector.reconcile([owner, object("b"), child]).changes.map(text) == ["c owners=b"])
    }

    @Test func orphanCutsTheTiesThenLetsTheOwnerGo() {
        let owner = object("a", finalizers: ["orphan"], isGoing: true)
        #expect(GarbageCollector.reconcile([owner, object("b", owners: ["a"])]).changes.map(text) == ["b owners="])
        #expect(GarbageCollector.reconcile([owner, object("b")]).changes.map(text) == ["a finalizers=null"])
    }
}
