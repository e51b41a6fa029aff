/// What a domain uses, as it was found.
package struct DomainStatistics: Hashable, Sendable {
    /// The host's processor time that it took since its start.
    package var processorTime: Duration
    package var processors: Int
    /// The memory that its balloon leaves it.
    package var memoryBytes: UInt64

    package init(processorTime: Duration, processors: Int, memoryBytes: UInt64) {
        self.processorTime = processorTime
        self.processors = processors
        self.memoryBytes = memoryBytes
    }
}
