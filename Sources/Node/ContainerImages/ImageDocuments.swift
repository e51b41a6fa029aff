import JSON

/// A pointer from one of an image's documents to other content (OCI image-spec, descriptor.md).
struct ImageDescriptor: Hashable {
    var mediaType: String
    var digest: String
    var size: Int64
    var platform: String?
    var annotations: [String: String]

    init(_ json: JSON, in name: String) throws(ImageError) {
        guard let digest = json["digest"]?.string, ImageReference.isDigest(digest) else {
            throw .malformedDocument(name: name, reason: "a descriptor has no SHA-256 digest")
        }
        self.digest = digest
        mediaType = json["mediaType"]?.string ?? ""
        size = json["size"]?.integer.map(Int64.init) ?? 0
        platform = json["platform"].map { ($0["os"]?.string ?? "") + "/" + ($0["architecture"]?.string ?? "") }
        annotations = [:]
        for (key, value) in json["annotations"]?.object ?? [:] { annotations[key] = value.string }
    }
}

/// A list of images: a layout's entry point, or one image for several platforms (image-index.md).
struct ImageIndex: Hashable {
    var manifests: [ImageDescriptor]

    init(_ bytes: [UInt8]) throws(ImageError) {
        let json = try parse(bytes, "index")
        manifests = try descriptors(json["manifests"], in: "index")
    }

    /// Whether a media type names an index and not one image.
    static func isIndex(_ mediaType: String) -> Bool {
        mediaType == "application/vnd.oci.image.index.v1+json"
            || mediaType == "application/vnd.docker.distribution.manifest.list.v2+json"
    }
}

/// One image for one platform: its configuration and its layers, the lowest first (manifest.md).
struct ImageManifest: Hashable {
    var configuration: ImageDescriptor
    var layers: [ImageDescriptor]

    init(_ bytes: [UInt8]) throws(ImageError) {
        let json = try parse(bytes, "manifest")
        guard let configuration = json["config"] else {
            throw .malformedDocument(name: "manifest", reason: "it names no configuration")
        }
        self.configuration = try ImageDescriptor(configuration, in: "manifest")
        layers = try descriptors(json["layers"], in: "manifest")
    }
}

/// An image's configuration document with the digests of its unpacked layers, the lowest first.
struct ImageConfigurationDocument: Hashable {
    var configuration: ImageConfiguration
    var layerDigests: [String]

    init(_ bytes: [UInt8]) throws(ImageError) {
        let json = try parse(bytes, "configuration")
        let inner = json["config"] ?? [:]
        func strings(_ key: String) -> [String] { inner[key]?.array?.compactMap(\.string) ?? [] }
        func text(_ key: String) -> String? { inner[key]?.string.flatMap { $0.isEmpty ? nil : $0 } }
        configuration = ImageConfiguration(
            entrypoint: strings("Entrypoint"), command: strings("Cmd"), environment: strings("Env"),
            workingDirectory: text("WorkingDir") ?? "/", user: text("User") ?? "", stopSignal: text("StopSignal"))
        layerDigests = json["rootfs"]?["diff_ids"]?.array?.compactMap(\.string) ?? []
        guard layerDigests.allSatisfy(ImageReference.isDigest) else {
            throw .malformedDocument(name: "configuration", reason: "a layer has no SHA-256 digest")
        }
    }
}

private func parse(_ bytes: [UInt8], _ name: String) throws(ImageError) -> JSON {
    do throws(JSONSyntaxError) {
        return try JSON(parsing: bytes)
    } catch {
        throw .malformedDocument(name: name, reason: error.description)
    }
}

private func descriptors(_ json: JSON?, in name: String) throws(ImageError) -> [ImageDescriptor] {
    var all: [ImageDescriptor] = []
    for element in json?.array ?? [] { all.append(try ImageDescriptor(element, in: name)) }
    return all
}
