internal import Bundles
internal import Crypto
internal import Diagnostics
internal import FoundationEssentials
internal import Glibc

/// A disk image from which machines take files by digest, instead of over their channel.
///
/// It is a plain tar archive (POSIX ustar) whose members are named by the hexadecimal SHA-256 of their content. A machine
/// that has it as a read-only disk with the serial number `blobs` reads there first.
package struct BlobArchive: Sendable {
    private let files: [String]

    /// The files to hold; equal ones come in once.
    package init(_ files: [String]) { self.files = files }

    /// Writes the archive to an open file.
    package func write(to output: Int32) throws(PlayError) {
        var seen: Set<String> = []
        for file in files {
            let content: Data
            do {
                content = try Data(contentsOf: URL(filePath: file), options: .mappedIfSafe)
            } catch {
                throw .unreadable(path: file, reason: "\(error)", at: nil)
            }
            let digest = ControllerFiles.hexadecimal(SHA256.hash(data: content))
            guard seen.insert(digest).inserted else { continue }
            try Self.write(BlobHeader(digest: digest, size: content.count).bytes, output)
            try Self.write(Array(content), output)
            try Self.write([UInt8](repeating: 0, count: BlobHeader.padding(of: content.count)), output)
        }
        try Self.write([UInt8](repeating: 0, count: 1024), output)
    }

    private static func write(_ bytes: [UInt8], _ output: Int32) throws(PlayError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(output, $0.baseAddress, $0.count) }
            guard count > 0 else {
                throw .unwritable(path: "the agents' archive", reason: String(cString: strerror(errno)))
            }
            rest = rest.dropFirst(count)
        }
    }
}
