import JSON
import Testing

@testable import Bundles
@testable import TaskModules

@Suite struct FrameTests {
    @Test(arguments: [1, 2, 3, 7, 1000])
    func `Frames come out as they went in, however the bytes are cut`(piece: Int) throws {
        let frames = [
            Frame(.bundle, Array("{}".utf8)), Frame(.blobEnd),
            Frame(.blob, (0..<3000).map { UInt8(truncatingIfNeeded: $0) }),
        ]
        var decoder = FrameDecoder()
        var out: [Frame] = []
        let bytes = frames.flatMap(\.bytes)
        for start in stride(from: 0, to: bytes.count, by: piece) {
            decoder.append(bytes[start..<min(bytes.count, start + piece)])
            while let frame = try decoder.next() { out.append(frame) }
        }
        #expect(out == frames)
        #expect(!decoder.isMidFrame)
    }

    @Test func `What is no frame is refused`() {
        var decoder = FrameDecoder()
        decoder.append(Array("Welcome to the machine\n".utf8))
        #expect(throws: BundleError.unknownFrame(0x57)) { try decoder.next() }
        var large = FrameDecoder()
        large.append([0x42, 0xFF, 0xFF, 0xFF, 0xFF])
        #expect(throws: BundleError.frameTooLarge(0xFFFF_FFFF)) { try large.next() }
    }

    @Test func `A bundle survives its journey`() throws {
        var task = BundledTask(name: "n", module: "copy", arguments: ["dest": "/x", "mode": 420], location: "f:1:2")
        (task.role, task.when, task.loop, task.loopLookup) = ("r#0", ["a is defined", true], ["x"], "dict")
        (task.loopControl.variable, task.loopControl.label, task.loopControl.pause) = ("thing", "{{ l }}", 2)
        (task.loopControl.indexVariable, task.loopControl.isExtended) = ("i", true)
        (task.register, task.notify, task.listen, task.changedWhen) = ("r", ["h"], ["t"], [])
        (task.failedWhen, task.ignoreErrors, task.noLog, task.become) = (["x"], "{{ y }}", true, true)
        (task.becomeUser, task.until, task.retries, task.delay) = ("u", ["z"], 3, 1)
        (task.environment, task.variables) = (["E": "1"], ["v": nil])
        (task.checkMode, task.diff, task.inclusionSite) = (true, "{{ d }}", 7)
        task.files = ["s": FileReference(digest: "ab", size: 1, mode: 0o644, text: "t")]
        let role = Bundle.Role(
            id: "r#0", isPublic: false, name: "r", path: "/r", defaults: ["d": 1], variables: ["v": 2],
            parameters: ["p": 3])
        task.inclusions = ["f": Inclusion(items: [.task(task)], roles: [role], handlers: [task])]
        let block = BundledBlock(main: [.task(task)], rescue: [.task(task), .task(task)], always: [])
        let bundle = Bundle(
            playbook: "/p.yml", host: "h", user: nil, variables: ["a": [1, 2.5, nil]], hostVariables: ["h": ["a": 1]],
            extraVariables: ["e": "x"],
            plays: [
                .init(
                    number: 4, name: "p", variables: [:], roles: [role], items: [.task(task), .block(block)],
                    handlers: [task], forcesHandlers: true)
            ])
        #expect(try Bundle(json: JSON(parsing: bundle.json.bytes)) == bundle)
    }

    @Test func `A disk of files is an archive by digest`() throws {
        let header = BlobHeader(digest: String(repeating: "ab", count: 32), size: 1_234_567)
        #expect(header.bytes.count == 512)
        #expect(BlobHeader(header.bytes) == header)
        #expect(BlobHeader([UInt8](repeating: 0, count: 512)) == nil)
        #expect(BlobHeader.padding(of: 512) == 0)
        #expect(BlobHeader.padding(of: 513) == 511)
    }
}
