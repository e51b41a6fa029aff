/// What the parser asks about the world outside the file, answered by its caller.
package struct Surroundings: Sendable {
    /// An image of the catalogue, and what a machine needs to boot it.
    package struct Image: Hashable, Sendable {
        package var name: String
        package var minimumMemory: ByteCount
        /// The size of the image's own disk: a machine's may not be smaller.
        package var diskSize: ByteCount

        package init(
            name: String, minimumMemory: ByteCount = .mebibytes(256), diskSize: ByteCount = .gibibytes(3)
        ) {
            self.name = name
            self.minimumMemory = minimumMemory
            self.diskSize = diskSize
        }
    }

    package var images: [Image]
    /// Whether there is a file at a path as the Clusterfile has it.
    package var fileExists: @Sendable (String) -> Bool
    /// The UUID of the cluster of that name.
    package var clusterUUID: @Sendable (String) -> ClusterUUID

    package init(
        images: [Image], fileExists: @escaping @Sendable (String) -> Bool,
        clusterUUID: @escaping @Sendable (String) -> ClusterUUID
    ) {
        self.images = images
        self.fileExists = fileExists
        self.clusterUUID = clusterUUID
    }
}
