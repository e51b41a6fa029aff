import Diagnostics
import Hypervisor
import JSON
import Testing

@testable import PlanExecution

/// Names, labels and ages: what a snapshot is called, and what it says of itself.
struct SnapshotWordsTests {
    @Test(arguments: ["a", "before-upgrade", "2026-11-21", "v1.2_rc", String(repeating: "n", count: 63)])
    func `a name that libvirt and QEMU take alike is kept`(text: String) throws {
        #expect(try SnapshotName(text).text == text)
    }

    @Test(arguments: [
        ("", "empty"), ("a b", "other characters"), ("a/b", "other characters"), ("ü", "other characters"),
        (".hidden", "begin"), ("-x", "begin"), ("12", "number"), (String(repeating: "n", count: 64), "more than 63"),
    ])
    func `any other name is refused with the reason`(text: String, why: String) {
        #expect {
            try SnapshotName(text)
        } throws: {
            ($0 as? Diagnosis)?.why?.contains(why) == true
        }
    }

    @Test func `a label reads what it wrote, and nobody else's words`() {
        let label = SnapshotLabel(cluster: "kube", machines: ["a", "b"])
        #expect(SnapshotLabel(label.text) == label)
        for text in ["", "by hand", "clusterfile kube", "clusterfile: kube", "clusterfile kube:"] {
            #expect(SnapshotLabel(text) == nil, "\(text)")
        }
    }

    private static func point(_ name: String, _ seconds: Int64, of machines: [String]) -> RestorePointSnapshot {
        RestorePointSnapshot(
            domain: "d", name: name, description: SnapshotLabel(cluster: "kube", machines: machines).text,
            createdAtSeconds: seconds, content: .disksAndMemory, diskPaths: [])
    }

    @Test func `a snapshot lacks the machines that its label names and that do not have it`() {
        let both = ["a", "b"]
        let entries = ClusterSnapshotEntry.all([
            ("b", [Self.point("whole", 20, of: both)]),
            ("a", [Self.point("half", 10, of: both), Self.point("whole", 21, of: both)]),
        ])
        #expect(entries.map(\.name) == ["half", "whole"])
        #expect(entries.map(\.missing) == [["b"], []])
        #expect(entries.map(\.machines) == [["a"], both])
        #expect(entries.map(\.createdAtSeconds) == [10, 21])
    }

    @Test(
        arguments: [
            (-100, "just now"), (0, "just now"), (59, "59 seconds ago"), (60, "1 minute ago"), (3599, "59 minutes ago"),
            (3600, "1 hour ago"), (86_400 * 2, "2 days ago"),
        ] as [(Int64, String)])
    func `an age is told in its largest unit`(seconds: Int64, words: String) {
        let entry = ClusterSnapshotEntry(
            name: "x", createdAtSeconds: 1000, content: .disks, machines: [], missing: [])
        #expect(entry.age(atSeconds: 1000 + seconds) == words)
    }

    @Test func `for scripts, what is not known is null`() {
        let entry = ClusterSnapshotEntry(
            name: "x", createdAtSeconds: 0, content: .disks, machines: ["a"], missing: ["b"])
        #expect(
            entry.json(created: "then") == [
                "name": "x", "created": "then", "content": "disks", "machines": ["a"], "missing": ["b"],
                "memoryBytes": .null,
            ])
    }
}
