import JSON
import Linux

/// What is kept in a record. Written out by hand: a supervisor lives a few milliseconds before it serves, and the
/// standard library's decoders take longer than that to find their own types.
protocol Recordable {
    init(json: JSON) throws(RecordMistake)
    var json: JSON { get }
}

/// What a record lacks.
struct RecordMistake: Error, Hashable, CustomStringConvertible {
    var key: String
    var description: String { "'\(key)' is missing or of the wrong type" }
}

/// Reading and writing records: JSON files that are there whole or not at all.
enum RecordFile {
    /// A record; nil where there is none.
    static func read<Record: Recordable>(_ path: String, as: Record.Type = Record.self) throws -> Record? {
        let bytes: [UInt8]
        do throws(LinuxError) {
            bytes = try FileSystem.read(path)
        } catch {
            if error.isMissing { return nil }
            throw error
        }
        return try decode(bytes, from: path)
    }

    /// Outlives a crash of any process. Not a power cut's: after that, no record's process lives anyway.
    static func write(_ record: some Recordable, to path: String) throws {
        try AtomicFile.write(record.json.bytes, to: path, mode: 0o600, durability: .process)
    }

    /// A record from bytes; the path is the one in errors.
    static func decode<Record: Recordable>(_ bytes: [UInt8], from path: String) throws -> Record {
        do {
            return try Record(json: try JSON(parsing: bytes))
        } catch {
            throw ContainerRuntimeError.unreadableRecord(path: path, reason: "\(error)")
        }
    }
}

extension JSON {
    func member(_ key: String) throws(RecordMistake) -> JSON {
        guard let value = self[key], !value.isNull else { throw RecordMistake(key: key) }
        return value
    }

    func text(_ key: String) throws(RecordMistake) -> String {
        guard let text = self[key]?.string else { throw RecordMistake(key: key) }
        return text
    }

    func number(_ key: String) throws(RecordMistake) -> Int {
        guard let number = self[key]?.integer else { throw RecordMistake(key: key) }
        return number
    }

    func flag(_ key: String) throws(RecordMistake) -> Bool {
        guard let flag = self[key]?.bool else { throw RecordMistake(key: key) }
        return flag
    }

    func texts(_ key: String) throws(RecordMistake) -> [String] {
        guard let elements = self[key]?.array else { throw RecordMistake(key: key) }
        var texts: [String] = []
        for element in elements {
            guard let text = element.string else { throw RecordMistake(key: key) }
            texts.append(text)
        }
        return texts
    }

    func time(_ key: String) throws(RecordMistake) -> Timestamp {
        guard let time = Timestamp(rfc3339: try text(key)) else { throw RecordMistake(key: key) }
        return time
    }

    func record<Record: Recordable>(_ key: String, as: Record.Type = Record.self) throws(RecordMistake) -> Record {
        try Record(json: try member(key))
    }

    init(_ text: String?) { self = text.map { .string($0) } ?? .null }
    init(_ number: Int?) { self = number.map { .integer(Int64($0)) } ?? .null }
}
