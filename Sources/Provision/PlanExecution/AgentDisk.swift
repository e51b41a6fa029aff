import Crypto
import Diagnostics
import FoundationEssentials
import Glibc
import Hypervisor
import Plays

/// The read-only disk from which new machines take the agents and container images, at disk speed instead of SSH's.
///
/// One volume for each content, shared by all clusters like an image; the playbook finds files there by digest.
struct AgentDisk: Sendable {
    /// The serial number by which the machine knows the disk.
    static let serial = "blobs"
    private static let prefix = "agents."

    var hypervisor: Hypervisor
    var pool: String
    /// Told who has the host's lock, where it has to be waited for.
    var waiting: @Sendable (ClusterLocked) -> Void = { _ in }

    /// Makes sure that the volume of these files is there, drops older ones that no domain uses, and gives its name.
    func ensure(_ files: [String]) async throws -> String {
        var hash = SHA256()
        for file in files { hash.update(data: Data(try FileDigest.sha256(ofFile: file).utf8)) }
        let key = hash.finalize().prefix(8).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        let name = Self.prefix + key
        try await ClusterLock.hold(.images, purpose: "the upload of the agents", waiting: waiting) {
            // The marker comes last: without it the volume is an upload cut short.
            let marker = name + ".complete"
            if try await hypervisor.volume(marker, pool: pool) == nil {
                try await upload(files, to: name)
                _ = try await hypervisor.create(
                    .init(pool: pool, name: marker, capacityBytes: 1 << 20, format: .raw, mode: 0o644))
            }
            try await dropUnused(except: name)
        }
        return name
    }

    private func upload(_ files: [String], to name: String) async throws {
        let descriptor = try Self.namelessFile()
        defer { close(descriptor) }
        try BlobArchive(files).write(to: descriptor)
        let archive = "/proc/self/fd/\(descriptor)"
        var status = stat()
        guard stat(archive, &status) == 0 else {
            throw HypervisorError.unreadableFile(path: archive, errno: errno, reason: String(cString: strerror(errno)))
        }
        if try await hypervisor.volume(name, pool: pool) != nil {
            try await hypervisor.delete(volume: name, pool: pool)
        }
        let step = 1 << 20
        let bytes = UInt64((Int(status.st_size) + step - 1) / step * step)
        _ = try await hypervisor.create(.init(pool: pool, name: name, capacityBytes: bytes, format: .raw, mode: 0o644))
        try await hypervisor.upload(file: archive, toVolume: name, pool: pool)
    }

    /// A file without a name, so that nothing is left of it should this process be killed.
    private static func namelessFile() throws -> Int32 {
        let folder = FileManager.default.temporaryDirectory.path
        var template = Array((folder + "/clusterfile-XXXXXX").utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else {
            throw Diagnosis("cannot write to \(folder)", why: String(cString: strerror(errno)))
        }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    private func dropUnused(except name: String) async throws {
        let xml = try await hypervisor.domains().map(\.xml)
        for volume in try await hypervisor.volumes(pool: pool, prefix: Self.prefix) where !volume.name.hasPrefix(name) {
            let disk = String(volume.path.split(separator: ".complete").first ?? "")
            guard !xml.contains(where: { $0.contains(disk) }) else { continue }
            try await hypervisor.delete(volume: volume.name, pool: pool)
        }
    }
}
