package import JSON
import Objects

/// One line of a watch.
package enum WatchEvent: Hashable, Sendable {
    case added(JSON)
    case modified(JSON)
    case deleted(JSON)
    /// Nothing happened up to this version.
    case bookmark(resourceVersion: String)

    /// Reads one line; an ERROR event throws its Status.
    init(line: some Collection<UInt8>, request: String) throws(ClientError) {
        let json: JSON
        do {
            json = try JSON(parsing: line)
        } catch {
            throw .malformedAnswer(request: request, reason: error.description)
        }
        guard let type = json["type"]?.string, let object = json["object"] else {
            throw .malformedAnswer(request: request, reason: "a watch event has no type or object")
        }
        switch type {
        case "ADDED": self = .added(object)
        case "MODIFIED": self = .modified(object)
        case "DELETED": self = .deleted(object)
        case "BOOKMARK": self = .bookmark(resourceVersion: object.meta.resourceVersion)
        case "ERROR": throw .refused(APIStatus(status: object))
        default: throw .malformedAnswer(request: request, reason: "an unknown watch event '\(type)'")
        }
    }
}

/// Cuts a stream of chunks into lines, whatever the chunks' borders.
struct LineSplitter {
    private var rest: [UInt8] = []

    /// The lines that this chunk completes, without their ends.
    mutating func lines(adding chunk: [UInt8]) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var start = chunk.startIndex
        while let end = chunk[start...].firstIndex(of: 0x0A) {
            let line = rest + chunk[start..<end]
            rest = []
            if !line.isEmpty { lines.append(line) }
            start = end + 1
        }
        rest.append(contentsOf: chunk[start...])
        return lines
    }
}
