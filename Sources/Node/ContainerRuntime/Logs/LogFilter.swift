import Linux

/// Turns log lines back into what the container wrote, as far as it is wanted.
struct LogFilter {
    private let options: LogOptions
    private var pending: [UInt8] = []
    private var isInLine = false
    private var remaining: Int

    init(_ options: LogOptions) {
        self.options = options
        remaining = options.limitBytes ?? .max
    }

    /// Whether everything that was asked for has been given.
    var isDone: Bool { remaining == 0 }

    /// The output that a piece of the file completes; a line that is cut off waits for the next piece.
    mutating func take(_ piece: [UInt8]) -> [UInt8] {
        pending += piece
        var output: [UInt8] = []
        var start = 0
        while let end = pending[start...].firstIndex(of: 10) {
            if let line = LogLine(pending[start..<end]) { append(line, to: &output) }
            start = end + 1
        }
        pending.removeFirst(start)
        if output.count > remaining { output.removeLast(output.count - remaining) }
        remaining -= output.count
        return output
    }

    private mutating func append(_ line: LogLine, to output: inout [UInt8]) {
        if let since = options.since, line.time < since { return }
        if options.showsTimestamps, !isInLine {
            output += line.time.bytes(fraction: true)
            output.append(32)
        }
        output += line.text
        if !line.isPartial { output.append(10) }
        isInLine = line.isPartial
    }
}
