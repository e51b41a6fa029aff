/// An image that is on this machine, ready to run.
package struct Image: Hashable, Sendable {
    /// The full reference it was asked for or is listed by.
    package var reference: ImageReference
    /// The digest of its manifest.
    package var digest: String
    package var configuration: ImageConfiguration
    /// The folder that holds the unpacked layers of all images; nothing in it may be written.
    package var layersFolder: String
    /// The image's layers as names in that folder, the topmost first.
    package var layers: [String]
    /// The size of its content as it was transferred.
    package var sizeBytes: Int64
}

/// What an image says about running it (OCI image-spec, config.md).
package struct ImageConfiguration: Hashable, Sendable {
    package var entrypoint: [String]
    package var command: [String]
    /// `NAME=value` each.
    package var environment: [String]
    package var workingDirectory: String
    /// `USER`, `UID`, `USER:GROUP` and so on; empty is root.
    package var user: String
    /// A signal's name or number; nil is SIGTERM.
    package var stopSignal: String?
}
