import Clusterfiles
import Diagnostics
import MachineImages

/// Finds the images that a spec names: in the catalogue, or elsewhere, whence they are taken into it when they are needed.
struct ImageSupply: Sendable {
    var catalogue: ImageCatalogue
    /// The Clusterfile's folder, to which its paths are relative.
    var folder: String
    /// The network namespace in which URLs can be reached, or nil for the caller's own.
    var downloadNamespace: String?
    var progress: ProgressSink

    /// The volume of each image's disk, by what the spec calls the image; nothing is downloaded or copied for it.
    func baseVolumes(of spec: ClusterSpec) throws -> [String: String] {
        var volumes: [String: String] = [:]
        for image in Set(spec.machines.map(\.image)) {
            switch image {
            case .catalogue(let name): volumes["\(image)"] = ImageVolumes(try catalogue.image(named: name)).disk
            case .file(let path, let sha256):
                volumes["\(image)"] = volume(
                    .file(path: resolved(path), sha256: sha256), try sha256 ?? ImageFile.digest(ofFile: resolved(path)))
            case .download(let url, let sha256):
                volumes["\(image)"] = volume(.url(url, sha256: sha256), sha256)
            }
        }
        return volumes
    }

    /// The images, by what the spec calls them; those from elsewhere are in the catalogue afterwards.
    func images(of spec: ClusterSpec) async throws -> [String: MachineImage] {
        var images: [String: MachineImage] = [:]
        for image in Set(spec.machines.map(\.image)) {
            let found: MachineImage
            switch image {
            case .catalogue(let name): found = try catalogue.image(named: name)
            case .file(let path, let sha256):
                let digest = try sha256 ?? ImageFile.digest(ofFile: resolved(path))
                found = try await added(.file(path: resolved(path), sha256: digest), digest)
            case .download(let url, let sha256): found = try await added(.url(url, sha256: sha256), sha256)
            }
            images["\(image)"] = found
            try check(spec, image, found)
        }
        return images
    }

    /// Of an image from elsewhere the size is known only now.
    private func check(_ spec: ClusterSpec, _ image: MachineSpec.Image, _ found: MachineImage) throws(Diagnoses) {
        let small = spec.machines.filter { $0.image == image && $0.systemDisk.size.bytes < found.virtualBytes }
        guard small.isEmpty else {
            let size = ByteCount(bytes: found.virtualBytes)
            throw Diagnoses(
                small.map {
                    Diagnosis(
                        "machine '\($0.name)' asks for a disk of \($0.systemDisk.size)",
                        why: "the disk of the image \(image) has \(size)", fix: "set disk to \(size) or more")
                })
        }
    }

    private func added(_ source: ImageCatalogue.Source, _ sha256: String) async throws -> MachineImage {
        let name = name(source, sha256)
        try await catalogue.add(source, name: name) { url, path in
            progress.report(.note("downloading \(url)"))
            try await ImageDownload.fetch(url, to: path, in: downloadNamespace)
        }
        return try catalogue.image(named: name)
    }

    /// Its content is in the name, so that files of one name from two places do not get in each other's way.
    private func name(_ source: ImageCatalogue.Source, _ sha256: String) -> String {
        source.defaultName + "-" + sha256.prefix(8)
    }

    private func volume(_ source: ImageCatalogue.Source, _ sha256: String) -> String {
        ImageVolumes(name: name(source, sha256), key: String(sha256.prefix(16)), sha256: sha256).disk
    }

    private func resolved(_ path: String) -> String { path.hasPrefix("/") ? path : folder + "/" + path }
}
