import Testing

@testable import PlanExecution

@Suite struct LineAssemblerTests {
    @Test(arguments: 1...12)
    func `lines are the same however the bytes are cut`(_ size: Int) {
        let bytes = Array("one\n\ntwo\r\nthe end".utf8)
        var lines = LineAssembler()
        var found: [[UInt8]] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            found += lines.take(bytes[start..<min(bytes.count, start + size)])
        }
        found += lines.finish()
        #expect(found.map { String(decoding: $0, as: UTF8.self) } == ["one", "", "two\r", "the end"])
        #expect(lines.finish().isEmpty)
    }

    @Test func `a line without an end takes no more memory than it may`() {
        var lines = LineAssembler(maximumBytes: 4)
        #expect(lines.take(Array("123456789\n".utf8)).map(\.count) == [4, 4, 1])
    }
}
