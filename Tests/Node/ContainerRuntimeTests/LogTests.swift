import Linux
import Testing

@testable import ContainerRuntime

@Suite struct LogLineTests {
    private let time = Array("2026-11-21T09:30:00.000000001Z".utf8)

    @Test func `cuts output into lines whatever pieces it comes in`() {
        for size in [1, 2, 5, 100] {
            var cutter = LogLineCutter(.standardOutput)
            var output: [UInt8] = []
            var rest = Array("one\n\ntwo\nthree".utf8)[...]
            while !rest.isEmpty {
                cutter.cut(rest.prefix(size), time: time, to: &output)
                rest = rest.dropFirst(size)
            }
            cutter.finish(time: time, to: &output)
            let prefix = String(decoding: time, as: UTF8.self) + " stdout F "
            #expect(
                String(decoding: output, as: UTF8.self) == "\(prefix)one\n\(prefix)\n\(prefix)two\n\(prefix)three\n")
        }
    }

    @Test func `writes what is too long to hold as partial lines, and reads it back whole`() throws {
        let text = [UInt8](repeating: 120, count: LogLine.maximumText * 2 + 10) + [10]
        var cutter = LogLineCutter(.standardError)
        var output: [UInt8] = []
        cutter.cut(text[...], time: time, to: &output)
        let lines = output.split(separator: 10)
        #expect(try lines.map { try #require(LogLine($0)).isPartial } == [true, true, false])
        #expect(lines.allSatisfy { LogLine($0)?.stream == .standardError })
        var filter = LogFilter(LogOptions(showsTimestamps: true))
        #expect(filter.take(output) == time + [32] + text)
    }

    @Test func `gives only what was asked for`() throws {
        let lines = Array("2026-11-21T09:30:00Z stdout F old\n2026-11-21T09:31:00Z stderr F new\nnonsense\n".utf8)
        var since = LogFilter(LogOptions(since: Timestamp(rfc3339: "2026-11-21T09:30:30Z")))
        #expect(since.take(Array(lines.prefix(50))) + since.take(Array(lines.dropFirst(50))) == Array("new\n".utf8))
        var limited = LogFilter(LogOptions(limitBytes: 6))
        #expect(limited.take(lines) == Array("old\nne".utf8) && limited.isDone)
    }
}

@Suite struct LogFileTests {
    @Test func `turns over at its size, keeps so many files, and is read through all of them`() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/0.log"
            let log = try LogFile(path, limit: LogLimit(maximumBytes: 100, maximumFiles: 3))
            for number in 0..<20 { log.append(line(number)) }
            #expect(LogFile.files(of: path).count == 3)
            let kept = try read(path)
            #expect(kept == (20 - kept.count..<20).map { "line \($0)" } && kept.count >= 6)
            for name in LogFile.files(of: path) { #expect(try FileSystem.read(name).count <= 100) }
            #expect(try read(path, tail: 4) == ["line 16", "line 17", "line 18", "line 19"])
            #expect(try read(path, tail: 0) == [])
            #expect(try read(path, tail: 1000) == kept)
        }
    }

    @Test func `a reader goes on where it was while the log is turned over`() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/0.log"
            let log = try LogFile(path, limit: LogLimit(maximumBytes: 80, maximumFiles: 10))
            log.append(line(0))
            guard var cursor = try LogCursor.open(path, tailLines: nil) else {
                Issue.record("there is no log")
                return
            }
            var filter = LogFilter(LogOptions())
            var seen = ""
            for number in 1..<12 {
                seen += String(decoding: filter.take(try cursor.next()), as: UTF8.self)
                log.append(line(number))
            }
            while case let piece = try cursor.next(), !piece.isEmpty {
                seen += String(decoding: filter.take(piece), as: UTF8.self)
            }
            #expect(seen == (0..<12).map { "line \($0)\n" }.joined())
        }
    }

    @Test func `goes on with a log that a former supervisor left`() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/0.log"
            try LogFile(path, limit: LogLimit()).append(line(0))
            try LogFile(path, limit: LogLimit()).append(line(1))
            #expect(try read(path) == ["line 0", "line 1"])
        }
    }

    private func line(_ number: Int) -> [UInt8] { Array("2026-11-21T09:30:00Z stdout F line \(number)\n".utf8) }

    private func read(_ path: String, tail: Int? = nil) throws -> [String] {
        guard var cursor = try LogCursor.open(path, tailLines: tail) else { return [] }
        var filter = LogFilter(LogOptions())
        var output: [UInt8] = []
        while case let piece = try cursor.next(), !piece.isEmpty { output += filter.take(piece) }
        return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

func withTemporaryFolder(_ body: (String) throws -> Void) throws {
    let folder = "/tmp/cf-\(UInt32.random(in: 0 ... .max))"
    try FileSystem.makeFolder(folder)
    defer { try? FileSystem.remove(folder) }
    try body(folder)
}
