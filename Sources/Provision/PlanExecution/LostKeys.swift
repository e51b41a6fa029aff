package import Credentials
package import Diagnostics
import Glibc

/// Machines exist, and the state folder lacks keys that they were made with: new ones would be strangers to them.
package struct LostKeys: Error, Hashable, Sendable {
    package var cluster: String
    /// The cluster's state folder.
    package var folder: String
    /// The files that are not there, relative to the folder.
    package var missing: [String]
    package var machines: [String]
}

extension LostKeys: Diagnosable {
    package var diagnosis: Diagnosis {
        Diagnosis(
            "the keys of cluster '\(cluster)' are lost",
            why: "libvirt has its \(machines.count == 1 ? "machine" : "machines") \(machines.joined(separator: ", ")),"
                + " and \(folder) lacks \(missing.joined(separator: ", ")), which they were made with and which no new one"
                + " can replace; with another HOME or XDG_STATE_HOME it would be another folder",
            fix: "put the folder \(folder) back from a copy, or make the cluster anew:"
                + " clusterfile down, then clusterfile up")
    }
}

extension ObservedCluster {
    /// What keys are needed for.
    package enum KeyUse: Hashable, Sendable {
        /// To log in to its machines.
        case login
        /// To make machines and certificates that the others trust, too.
        case provisioning
    }

    /// Throws `LostKeys` where there are machines and the folder lacks a key that they were made with; a cluster without
    /// machines has nothing to lose.
    package func requireKeys(for use: KeyUse, in credentials: CredentialStore) throws(LostKeys) {
        guard !machines.isEmpty else { return }
        var paths = [credentials.sshPrivateKeyPath]
        if use == .provisioning {
            paths += [credentials.folder + "/ca.key", credentials.pkiFolder + "/ca.crt"]
            paths += machines.map { credentials.hostKeyPath(ofMachine: $0.name) }
        }
        // One that is there and cannot be read is another error, which says so itself.
        let missing = paths.filter { access($0, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR) }
        guard missing.isEmpty else {
            throw LostKeys(
                cluster: name, folder: credentials.folder,
                missing: missing.map { String($0.dropFirst(credentials.folder.count + 1)) },
                machines: machines.map(\.name))
        }
    }
}
