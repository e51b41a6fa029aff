import Linux

/// One line of a container's log in the CRI's format: `TIME STREAM TAG TEXT`.
struct LogLine: Hashable {
    var time: Timestamp
    var stream: LogStream
    /// Whether the next line of the same stream continues this one.
    var isPartial: Bool
    var text: ArraySlice<UInt8>

    /// The most bytes of text in one line; what is longer is written as partial ones.
    static let maximumText = 16 << 10

    static func append(
        _ text: some Collection<UInt8>, of stream: LogStream, isPartial: Bool, time: [UInt8], to output: inout [UInt8]
    ) {
        output += time
        output.append(32)
        output += stream.rawValue.utf8
        output += isPartial ? " P ".utf8 : " F ".utf8
        output += text
        output.append(10)
    }

    /// Reads one line without its line feed; nil where it is not in the format.
    init?(_ line: ArraySlice<UInt8>) {
        let parts = line.split(separator: 32, maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, let time = Timestamp(rfc3339: String(decoding: parts[0], as: UTF8.self)),
            let stream = LogStream(rawValue: String(decoding: parts[1], as: UTF8.self))
        else { return nil }
        self.time = time
        self.stream = stream
        isPartial = parts[2].first == UInt8(ascii: "P")
        text = parts[3]
    }
}

/// Where a container's output came from.
enum LogStream: String, Hashable {
    case standardOutput = "stdout"
    case standardError = "stderr"
}

/// Cuts one stream of output into log lines; holds back what may still become a longer line.
struct LogLineCutter {
    let stream: LogStream
    private var pending: [UInt8] = []

    init(_ stream: LogStream) {
        self.stream = stream
    }

    /// Appends the lines that are complete with these bytes.
    mutating func cut(_ bytes: ArraySlice<UInt8>, time: [UInt8], to output: inout [UInt8]) {
        var rest = bytes
        while let end = rest.firstIndex(of: 10) {
            put(rest[..<end], time, &output)
            LogLine.append(pending, of: stream, isPartial: false, time: time, to: &output)
            pending.removeAll(keepingCapacity: true)
            rest = rest[(end + 1)...]
        }
        put(rest, time, &output)
    }

    /// Appends what was held back when the stream ended.
    mutating func finish(time: [UInt8], to output: inout [UInt8]) {
        guard !pending.isEmpty else { return }
        LogLine.append(pending, of: stream, isPartial: false, time: time, to: &output)
        pending = []
    }

    /// Holds text back, and writes off as partial lines what is too long to hold.
    private mutating func put(_ text: ArraySlice<UInt8>, _ time: [UInt8], _ output: inout [UInt8]) {
        var rest = text
        while pending.count + rest.count > LogLine.maximumText {
            let room = LogLine.maximumText - pending.count
            pending += rest.prefix(room)
            rest = rest.dropFirst(room)
            LogLine.append(pending, of: stream, isPartial: true, time: time, to: &output)
            pending.removeAll(keepingCapacity: true)
        }
        pending += rest
    }
}
