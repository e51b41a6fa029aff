/// What the parser asks about the world outside the file, answered by its caller.
package struct Surroundings: Sendable {
    /// An image of the catalogue, and what a machine needs to boot it.
    package struct Image: Hashable, Sendable {
        package var name: String
        package var minimumMemory: ByteCount
        /// The size of the image's own disk: a machine's may not be smaller.
        package var diskSize: ByteCount
        /// Whether it reads the project's own seed; cloud-init starts it otherwise.
        package var isNative: Bool
        /// Whether its kernel can mount 9p.
        package var has9P: Bool

        package init(
            name: String, minimumMemory: ByteCount = .mebibytes(256), diskSize: ByteCount = .gibibytes(3),
            isNative: Bool = true, has9P: Bool = false
        ) {
            self.name = name
            self.minimumMemory = minimumMemory
            self.diskSize = diskSize
            self.isNative = isNative
            self.has9P = has9P
        }
    }

    /// Where a text stops being XML that can be merged over a domain, counted from 1, and why.
    package struct XMLFault: Hashable, Sendable {
        package var line: Int
        package var column: Int
        package var problem: String

        package init(line: Int, column: Int, problem: String) {
            (self.line, self.column, self.problem) = (line, column, problem)
        }
    }

    package var images: [Image]
    /// What `${NAME}` stands for.
    package var environment: [String: String]
    /// Whether there is a file at a path as the Clusterfile has it.
    package var fileExists: @Sendable (String) -> Bool
    /// Whether there is a folder at a path as the Clusterfile has it.
    package var folderExists: @Sendable (String) -> Bool
    /// What keeps a text from being merged over a domain, or nil.
    package var xmlFault: @Sendable (String) -> XMLFault?
    /// The UUID of the cluster of that name.
    package var clusterUUID: @Sendable (String) -> ClusterUUID

    package init(
        images: [Image], environment: [String: String] = [:], fileExists: @escaping @Sendable (String) -> Bool,
        folderExists: @escaping @Sendable (String) -> Bool = { _ in true },
        xmlFault: @escaping @Sendable (String) -> XMLFault? = { _ in nil },
        clusterUUID: @escaping @Sendable (String) -> ClusterUUID
    ) {
        self.images = images
        self.environment = environment
        self.fileExists = fileExists
        self.folderExists = folderExists
        self.xmlFault = xmlFault
        self.clusterUUID = clusterUUID
    }
}
