import Foundation
import Testing

@testable import MachineImages

@Suite struct ImageCatalogueTests {
    private let root = FileManager.default.temporaryDirectory.appendingPathComponent("catalogue-\(UUID().uuidString)")

    private func add(_ name: String, variant: String = "default", key: String, built: TimeInterval) throws {
        let folder = root.appendingPathComponent("\(name)-\(variant)-\(key)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let manifest = """
            {"name":"\(name)","variant":"\(variant)","key":"\(key)","kernelArguments":"quiet",
             "files":{"disk.qcow2":{"sha256":"00","bytes":1},"vmlinuz":{"sha256":"00","bytes":1},"initrd":{"sha256":"00","bytes":1}}}
            """
        let path = folder.appendingPathComponent("manifest.json")
        try manifest.write(to: path, atomically: true, encoding: .utf8)
        // A qcow2 header (version 3) that says 3 GiB.
        let header: [UInt8] =
            [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3] + Array(repeating: 0, count: 16) + [0, 0, 0, 0, 0xC0, 0, 0, 0]
        try Data(header).write(to: folder.appendingPathComponent("disk.qcow2"))
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: built)], ofItemAtPath: path.path)
    }

    @Test func `the last build of a name is the one`() throws {
        try add("debian-12", key: "old", built: 1)
        try add("debian-12", key: "new", built: 2)
        try add("debian-12", variant: "python", key: "other", built: 3)
        let catalogue = ImageCatalogue(folder: root.path)
        #expect(try catalogue.image(named: "debian-12").key == "new")
        #expect(try catalogue.image(named: "debian-12-python").key == "other")
        #expect(try catalogue.image(named: "debian-12").virtualBytes == 3 << 30)
    }

    @Test func `a missing image is an error that names what there is and how to build it`() throws {
        try add("debian-12", key: "k", built: 1)
        let error = #expect(throws: ImageError.self) { try ImageCatalogue(folder: root.path).image(named: "debian-13") }
        #expect(
            error?.diagnosis.rendered
                == "there is no image 'debian-13': there are: debian-12\n  fix: build it with: clusterfile image build debian-13"
        )
    }

    @Test func `a file that differs from its checksum is damaged`() throws {
        try add("debian-12", key: "k", built: 1)
        let manifest = try #require(ImageCatalogue(folder: root.path).newest().first)
        // vmlinuz and initrd are missing, the disk has another content.
        #expect(manifest.damages().count == 3)
    }

    @Test func `a manifest that cannot be read hides no image that can`() throws {
        try add("debian-12", key: "k", built: 1)
        let broken = root.appendingPathComponent("broken")
        try FileManager.default.createDirectory(at: broken, withIntermediateDirectories: true)
        try Data("{".utf8).write(to: broken.appendingPathComponent("manifest.json"))
        let catalogue = ImageCatalogue(folder: root.path)
        #expect(catalogue.images().keys.sorted() == ["debian-12"])
        #expect(catalogue.manifests().count == 2)
    }
}
