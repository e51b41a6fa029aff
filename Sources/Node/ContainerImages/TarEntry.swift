/// One entry of a tar archive, without its content.
package struct TarEntry: Hashable, Sendable {
    /// As the archive has it; see `TarEntry.confined` for the form that is safe to create.
    package var path: String
    package var kind: Kind
    package var mode: UInt32
    package var user: UInt32
    package var group: UInt32
    /// Bytes of content that follow.
    package var size: Int
    /// Seconds since 1970.
    package var modifiedAt: Int64
    package var linkTarget: String
    package var deviceMajor: UInt32
    package var deviceMinor: UInt32
    package var extendedAttributes: [String: [UInt8]]

    /// What an entry makes.
    package enum Kind: Hashable, Sendable {
        case file, hardLink, symbolicLink, characterDevice, blockDevice, folder, pipe
    }

    /// A path without `.`, empty parts and leading slashes; nil where it climbs with `..` or names the root itself.
    package static func confined(_ path: String) -> String? {
        let parts = path.split(separator: "/").filter { $0 != "." }
        guard !parts.isEmpty, !parts.contains("..") else { return nil }
        return parts.joined(separator: "/")
    }
}
