import FoundationEssentials
import Glibc
import JSON

/// A built machine image: a root disk, a kernel and an initrd in a folder, with the manifest that its recipe wrote.
package struct MachineImage: Hashable, Sendable {
    /// One file of the image.
    package struct File: Hashable, Sendable {
        package var path: String
        package var sha256: String
        package var bytes: Int
    }

    /// The name a Clusterfile uses, such as `debian-12`, or `debian-12-python` for a variant.
    package var name: String
    /// The hash of the recipe it was built from.
    package var key: String
    package var disk: File
    package var kernel: File
    package var initrd: File
    /// The kernel command line that boots it.
    package var kernelArguments: String
    /// The root disk's size as its guest sees it, in bytes: a machine's disk cannot be smaller.
    package var virtualBytes: Int
}

extension MachineImage {
    /// Reads the manifest in a folder of the catalogue.
    package init(folder: String) throws(ImageError) {
        let manifestPath = folder + "/manifest.json"
        let manifest: JSON
        do {
            manifest = try JSON(parsing: Data(contentsOf: URL(filePath: manifestPath)))
        } catch {
            throw ImageError.unreadable(path: manifestPath, reason: "\(error)")
        }
        func file(_ name: String) throws(ImageError) -> File {
            guard let entry = manifest[path: "files", name], let sha256 = entry["sha256"]?.string,
                let bytes = entry["bytes"]?.integer
            else { throw ImageError.unreadable(path: manifestPath, reason: "it does not list \(name)") }
            return File(path: folder + "/" + name, sha256: sha256, bytes: bytes)
        }
        guard let base = manifest["name"]?.string, let variant = manifest["variant"]?.string,
            let key = manifest["key"]?.string, let kernelArguments = manifest["kernelArguments"]?.string
        else {
            throw ImageError.unreadable(
                path: manifestPath, reason: "one of name, variant, key, kernelArguments is missing")
        }
        self.name = variant == "default" ? base : "\(base)-\(variant)"
        self.key = key
        self.disk = try file("disk.qcow2")
        self.kernel = try file("vmlinuz")
        self.initrd = try file("initrd")
        self.kernelArguments = kernelArguments
        virtualBytes = try Self.virtualBytes(ofDisk: disk.path)
    }

    /// The size field of a qcow2 header: 8 bytes, big-endian, at offset 24 (QEMU's docs/interop/qcow2.txt).
    private static func virtualBytes(ofDisk path: String) throws(ImageError) -> Int {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ImageError.unreadable(path: path, reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var header = [UInt8](repeating: 0, count: 32)
        guard pread(descriptor, &header, 32, 0) == 32, header.starts(with: [0x51, 0x46, 0x49, 0xFB]) else {
            throw ImageError.unreadable(path: path, reason: "it is no qcow2 file")
        }
        return header[24..<32].reduce(0) { $0 << 8 | Int($1) }
    }
}
