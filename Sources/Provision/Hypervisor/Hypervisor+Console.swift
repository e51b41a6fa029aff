import CLibvirt
import Glibc

extension Hypervisor {
    /// The last bytes of a machine's console log, as text, from the file itself where this user can read it.
    ///
    /// Elsewhere, and for a libvirt on another host, the log must lie in a pool's folder: it is then read as a volume.
    package func consoleTail(logPath: String, pool: String, maximumBytes: Int = 8192) async throws -> String {
        do {
            return try await call { _ in try Self.tail(ofFile: logPath, maximumBytes: maximumBytes) }
        } catch HypervisorError.unreadableFile {
            return try await tail(ofVolumeAt: logPath, pool: pool, maximumBytes: maximumBytes)
        }
    }

    private static func tail(ofFile path: String, maximumBytes: Int) throws(HypervisorError) -> String {
        let source = try TransferSource(file: path)
        let offset = max(0, source.count - Int64(maximumBytes))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: maximumBytes, alignment: 1)
        defer { buffer.deallocate() }
        let count = source.count == 0 ? 0 : try source.read(into: buffer, at: offset)
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    private func tail(ofVolumeAt path: String, pool: String, maximumBytes: Int) async throws -> String {
        try await refresh(pool: pool)
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard let volume = try await volume(name, pool: pool), volume.path == path else {
            throw HypervisorError.notFound(.volume, name: name)
        }
        let offset = volume.capacityBytes > UInt64(maximumBytes) ? volume.capacityBytes - UInt64(maximumBytes) : 0
        let bytes = try await download(volume: name, pool: pool, offset: offset, limit: maximumBytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
