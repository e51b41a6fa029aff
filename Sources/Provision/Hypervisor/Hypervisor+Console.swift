import CLibvirt
import Glibc

extension Hypervisor {
    /// The name of a domain's console log in its pool's folder, and so of the volume that a refresh makes of it.
    package static func consoleLogName(ofDomain domain: String) -> String { "\(domain).console.log" }

    /// Deletes the console log of a domain that does not run, and what virtlogd rotated away from it (`LOG.0`, `LOG.1`, …).
    ///
    /// Nothing there is no error. virtlogd holds the file of a running domain only: it is the caller who stops it first.
    package func deleteConsoleLog(ofDomain domain: String, pool: String) async throws {
        guard try await self.pool(pool)?.isActive == true else { return }
        // libvirt wrote the file past the pool.
        try await refresh(pool: pool)
        let log = Self.consoleLogName(ofDomain: domain)
        for volume in try await volumes(pool: pool, prefix: log) where Self.isLog(volume.name, of: log) {
            try await delete(volume: volume.name, pool: pool)
        }
    }

    private static func isLog(_ name: String, of log: String) -> Bool {
        let rest = name.dropFirst(log.count)
        return rest.isEmpty
            || rest.first == "." && rest.count > 1 && rest.dropFirst().allSatisfy { ("0"..."9").contains($0) }
    }

    /// The last bytes of a machine's console log, as text, from the file itself where this user can read it.
    ///
    /// Elsewhere, and for a libvirt on another host, the log must lie in a pool's folder: it is then read as a volume.
    package func consoleTail(logPath: String, pool: String, maximumBytes: Int = 8192) async throws -> String {
        guard isLocal else { return try await tail(ofVolumeAt: logPath, pool: pool, maximumBytes: maximumBytes) }
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
