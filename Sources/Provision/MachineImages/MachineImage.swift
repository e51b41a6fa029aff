import FoundationEssentials
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
            let key = manifest["key"]?.string, let kernelArguments = manifest["kernelArguments"]?.string,
            let virtualBytes = manifest["virtualBytes"]?.integer
        else {
            throw ImageError.unreadable(
                path: manifestPath, reason: "one of name, variant, key, kernelArguments, virtualBytes is missing")
        }
        self.name = variant == "default" ? base : "\(base)-\(variant)"
        self.key = key
        self.disk = try file("disk.qcow2")
        self.kernel = try file("vmlinuz")
        self.initrd = try file("initrd")
        self.kernelArguments = kernelArguments
        self.virtualBytes = virtualBytes
    }
}
