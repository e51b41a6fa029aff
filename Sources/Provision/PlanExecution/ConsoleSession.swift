package import Hypervisor

/// A person at a machine's serial console: what is typed goes there and what it says comes back, until either ends.
package struct ConsoleSession: Sendable {
    /// How it ended.
    package enum End: Hashable, Sendable {
        /// The escape key was typed.
        case escaped
        /// Nothing more will be typed.
        case inputEnded
        /// The machine stopped, or another program took the console over.
        case closed
    }

    /// Control and `]`, as in virsh and telnet.
    package static let escape: UInt8 = 0x1D

    private let channel: GuestChannel

    package init(channel: GuestChannel) { self.channel = channel }

    /// Passes bytes both ways until one side ends.
    package func run(
        input: AsyncStream<[UInt8]>, output: @escaping @Sendable ([UInt8]) -> Void
    ) async throws -> End {
        // A person has no deadline; a year is a sum that does not overflow.
        let end = ContinuousClock.now + .seconds(31_536_000)
        return try await withThrowingTaskGroup(of: End.self) { group in
            group.addTask {
                for await bytes in input {
                    let (typed, isEscaped) = Self.typed(bytes)
                    try await channel.send(bytes: typed, deadline: end)
                    if isEscaped { return .escaped }
                }
                return .inputEnded
            }
            group.addTask {
                while let bytes = try await channel.nextBytes(deadline: end) { output(bytes) }
                return .closed
            }
            let first = try await group.next() ?? .closed
            group.cancelAll()
            return first
        }
    }

    /// What of the bytes is for the machine, and whether the escape key came after it.
    static func typed(_ bytes: [UInt8]) -> (bytes: [UInt8], isEscaped: Bool) {
        guard let at = bytes.firstIndex(of: escape) else { return (bytes, false) }
        return (Array(bytes[..<at]), true)
    }
}
