import Clusterfiles
import Diagnostics
import Planning

/// Takes a cluster's address range and bridge on this host: the look whether they are free and the act that takes them are
/// one, as seen by every other command on the host.
///
/// The plan has looked already, before anything was touched; but between that and here another cluster's network may have
/// been started, and libvirt itself only compares ranges of the same length.
struct NetworkClaim: Sendable {
    var observer: ClusterObserver
    /// The host's where it is nil.
    var lockPath: String?
    /// Told who has the host's lock, where it has to be waited for.
    var waiting: @Sendable (ClusterLocked) -> Void = { _ in }

    /// Runs the act on the cluster's network, or throws whose the range or the bridge is by now.
    func whileFree(_ spec: ClusterSpec, _ act: () async throws -> Void) async throws {
        let purpose = "the network of cluster '\(spec.name)'"
        try await ClusterLock.hold(.networks, at: lockPath, purpose: purpose, waiting: waiting) {
            let conflicts = networkConflicts(spec, observed: try await observer.observeNetworks())
            guard conflicts.isEmpty else { throw Diagnoses(conflicts.map(\.diagnosis)) }
            try await act()
        }
    }
}
