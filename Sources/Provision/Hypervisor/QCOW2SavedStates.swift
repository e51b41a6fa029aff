/// What a qcow2 file says of the states saved in it (QEMU's docs/interop/qcow2.txt, all numbers big-endian).
struct QCOW2SavedStates: Hashable, Sendable {
    /// Where the table of states is.
    struct Location: Hashable, Sendable {
        var count: Int
        var offset: UInt64
        /// More than the table can take: an entry has 40 bytes, at most 24 further ones, an id and a name.
        var limitBytes: Int { count * 512 }
    }

    static let headerBytes = 72

    /// Reads the file's header; nil where it is no qcow2.
    static func location(header bytes: [UInt8]) -> Location? {
        guard bytes.count >= headerBytes, bytes.starts(with: [0x51, 0x46, 0x49, 0xFB]) else { return nil }
        return Location(count: Int(number(bytes, at: 60, bytes: 4)), offset: number(bytes, at: 64, bytes: 8))
    }

    /// The bytes of memory in each state, by its name; nil where the table ends too early.
    static func memoryBytes(table bytes: [UInt8], count: Int) -> [String: UInt64]? {
        var found: [String: UInt64] = [:]
        var start = 0
        for _ in 0..<count {
            guard start + 40 <= bytes.count else { return nil }
            let (idBytes, nameBytes) = (
                number(bytes, at: start + 12, bytes: 2), number(bytes, at: start + 14, bytes: 2)
            )
            let extraBytes = number(bytes, at: start + 36, bytes: 4)
            let name = start + 40 + Int(extraBytes) + Int(idBytes)
            let end = name + Int(nameBytes)
            guard end <= bytes.count else { return nil }
            // The first further field holds what 32 bits may be too few for.
            let memory =
                extraBytes >= 8
                ? number(bytes, at: start + 40, bytes: 8) : number(bytes, at: start + 32, bytes: 4)
            found[String(decoding: bytes[name..<end], as: UTF8.self)] = memory
            start = (end + 7) / 8 * 8
        }
        return found
    }

    private static func number(_ bytes: [UInt8], at offset: Int, bytes count: Int) -> UInt64 {
        bytes[offset..<offset + count].reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension Hypervisor {
    /// The bytes of memory in each state that a qcow2 volume holds, by the state's name; empty where the volume is of
    /// another format.
    package func savedMemoryBytes(volume name: String, pool: String) async throws -> [String: UInt64] {
        let header = try await download(volume: name, pool: pool, limit: QCOW2SavedStates.headerBytes)
        guard let location = QCOW2SavedStates.location(header: header), location.count > 0 else { return [:] }
        let table = try await download(volume: name, pool: pool, offset: location.offset, limit: location.limitBytes)
        guard let found = QCOW2SavedStates.memoryBytes(table: table, count: location.count) else {
            throw HypervisorError.malformedAnswer(about: "the snapshots in volume '\(name)'")
        }
        return found
    }
}
