/// One stored object: its bytes at one revision. Immutable, so that readers share it.
package final class Entry: Sendable {
    package let key: String
    /// The revision that wrote this value.
    package let revision: Int64
    /// The revision that created the key.
    package let created: Int64
    package let value: [UInt8]

    package init(key: String, revision: Int64, created: Int64, value: [UInt8]) {
        self.key = key
        self.revision = revision
        self.created = created
        self.value = value
    }
}

/// A value to write, with the place where the store puts the digits of the revision that it becomes.
package struct Draft: Sendable {
    package var bytes: [UInt8]
    package var revisionOffset: Int?

    package init(_ bytes: [UInt8], revisionOffset: Int? = nil) {
        self.bytes = bytes
        self.revisionOffset = revisionOffset
    }

    /// Puts the digits of a revision into their place.
    package mutating func insert(_ revision: String) {
        guard let offset = revisionOffset else { return }
        bytes.insert(contentsOf: revision.utf8, at: offset)
        revisionOffset = nil
    }

    /// The bytes as they are stored at a revision.
    func value(at revision: Int64) -> [UInt8] {
        guard let revisionOffset else { return bytes }
        var value: [UInt8] = []
        value.reserveCapacity(bytes.count + 20)
        value += bytes[..<revisionOffset]
        value += Array(String(revision).utf8)
        value += bytes[revisionOffset...]
        return value
    }
}

/// One step of the store's history.
package struct Change: Sendable {
    package enum Kind: Int32, Sendable { case created = 0, updated = 1, deleted = 2 }

    package var kind: Kind
    /// The new value, or what a deletion left as its last word.
    package var entry: Entry
    /// What stood there before; nil for a creation.
    package var previous: Entry?

    package var revision: Int64 { entry.revision }
}

/// The keys below a prefix at one revision.
package struct Page: Sendable {
    package var entries: [Entry]
    package var revision: Int64
    /// How many keys follow after the page's last.
    package var remaining: Int

    package init(entries: [Entry], revision: Int64, remaining: Int) {
        self.entries = entries
        self.revision = revision
        self.remaining = remaining
    }
}
