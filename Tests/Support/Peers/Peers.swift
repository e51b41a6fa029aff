internal import Linux

/// Where tests run that wait for a peer's program: one after the other, on a thread of their own, so that the tests beside them
/// go on.
@globalActor package actor Peers {
    package static let shared = Peers()

    private let executor = BlockingExecutor(label: "peers")

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
}
