import NIOCore

/// The threads that all sockets of a process share.
package enum EventLoops {
    /// Has the process make do with so many; only before the first socket.
    package static func limit(to count: Int) {
        NIOSingletons.groupLoopCountSuggestion = count
        NIOSingletons.blockingPoolThreadCountSuggestion = count
    }
}
