import Diagnostics
import Foundation
import Testing

@testable import Clusterfiles
@testable import PlanExecution

@Suite struct SiteRecordTests {
    private func spec(_ hypervisors: String = "") throws -> ClusterSpec {
        try Clusterfile.parse(
            """
            cluster: kube
            network: {address: 10.0.0.0/24}
            machines: [{name: m, address: 10.0.0.11, image: debian-12, memory: 1GiB}]
            \(hypervisors)
            """, file: "Clusterfile",
            in: Surroundings(
                images: [.init(name: "debian-12")], fileExists: { _ in true }, clusterUUID: { _ in Samples.uuid }))
    }

    private let two = "hypervisors: [{name: a, uri: \"x:/a\"}, {name: b, uri: \"x:/b\"}]"
    private func record(_ entries: (String?, String)...) -> SiteRecord {
        SiteRecord(entries.map { .init(name: $0.0, uri: $0.1) })
    }

    @Test func theFilesHypervisorsComeFirstAndWhatTheClusterLeftIsStillLookedAt() throws {
        let chosen = SiteRecord.choose(
            wanted: try spec(two), known: record((nil, "x:/here"), ("a", "x:/old-a"), ("c", "x:/b"), ("d", "x:/d")),
            here: "x:/here")
        #expect(chosen == record(("a", "x:/a"), ("b", "x:/b"), (nil, "x:/here"), ("d", "x:/d")))
    }

    @Test func anotherLibvirtOfThisHostDoesNotTakeTheClusterAway() throws {
        let known = record((nil, "x:/yesterday"))
        for wanted in [nil, try spec()] {
            #expect(SiteRecord.choose(wanted: wanted, known: known, here: "x:/today") == record((nil, "x:/today")))
        }
    }

    @Test func withoutTheFileTheRecordSaysWhereTheClusterIs() {
        let known = record(("a", "x:/a"), ("b", "x:/b"))
        #expect(SiteRecord.choose(wanted: nil, known: known, here: "x:/here") == known)
        #expect(SiteRecord.choose(wanted: nil, known: nil, here: "x:/here") == record((nil, "x:/here")))
    }

    @Test func aRecordIsReadAsItWasWrittenAndADamagedOneIsTold() throws {
        let folder = Samples.folder()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // The test's own folder goes, whatever became of it.
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try SiteRecord.read(in: folder) == nil)
        let written = record((nil, "x:/here"), ("b", "x:/b"))
        try written.write(in: folder)
        #expect(try SiteRecord.read(in: folder) == written)
        for text in ["", "{", "{}", "{\"hypervisors\": []}"] {
            try text.write(toFile: folder + "/hypervisors.json", atomically: true, encoding: .utf8)
            #expect(throws: Diagnosis.self, "\(text)") { try SiteRecord.read(in: folder) }
        }
    }
}
