/// Something of the machine that a container sees at a path.
package struct ContainerMount: Hashable, Sendable {
    package var source: Source
    /// The absolute path inside the container; it is created where it is missing.
    package var target: String
    package var isReadOnly: Bool

    package init(source: Source, target: String, isReadOnly: Bool = false) {
        self.source = source
        self.target = target
        self.isReadOnly = isReadOnly
    }

    /// What is mounted.
    package enum Source: Hashable, Sendable {
        /// A file or folder of the machine; `subPath` is resolved inside it and cannot lead out, and is created as a
        /// folder where it is missing.
        case path(String, subPath: String? = nil)
        /// A fresh file system in memory that only this attempt of the container sees; nil bytes is half the memory.
        case memory(maximumBytes: Int64?)
    }
}
