/// A cluster's secrets in the user's state folder: `ROOT/UUID/`.
///
/// ```
/// cluster.json                 what cluster this is, for people
/// kubeconfig                   for kubectl, as admin
/// ca.key                       never leaves this folder
/// ssh/id_ed25519[.pub]         of the machines' ordinary user
/// ssh/known_hosts              every machine by name and by address
/// hosts/MACHINE/ssh_host_ed25519_key[.pub]
/// pki/ca.crt, NAME.crt, NAME.key, admin.kubeconfig
/// ```
package struct CredentialStore: Hashable, Sendable {
    package let folder: String
    package let uuid: String

    /// The store of a cluster below a root such as `defaultRoot` gives.
    package init(root: String, uuid: String) {
        precondition(uuid.utf8.count == 36 && !uuid.contains("/"), "a store is named by a UUID")
        self.uuid = uuid
        folder = "\(root)/\(uuid)"
    }

    /// `$XDG_STATE_HOME/clusterfile`, or `~/.local/state/clusterfile` (XDG Base Directory Specification).
    package static func defaultRoot(environment: [String: String]) throws(CredentialError) -> String {
        // The specification wants relative paths ignored.
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return state + "/clusterfile" }
        guard let home = environment["HOME"], home.hasPrefix("/") else { throw .noHome }
        return home + "/.local/state/clusterfile"
    }

    package var kubeconfigPath: String { "\(folder)/kubeconfig" }
    package var sshPrivateKeyPath: String { "\(folder)/ssh/id_ed25519" }
    package var knownHostsPath: String { "\(folder)/ssh/known_hosts" }
    /// What the playbook copies from; the authority's key is not in it.
    package var pkiFolder: String { "\(folder)/pki" }
    package func hostKeyPath(ofMachine machine: String) -> String { "\(folder)/hosts/\(machine)/ssh_host_ed25519_key" }

    /// Whether anything is kept for this cluster.
    package func exists() throws(CredentialError) -> Bool { try !StateFolder(path: folder).names().isEmpty }

    /// The authority's certificate as PEM.
    package func caCertificate() throws(CredentialError) -> String { try text("pki", "ca.crt") }

    /// The key pair of the machines' ordinary user.
    package func userKey() throws(CredentialError) -> SSHKeyPair { try keyPair("ssh", "id_ed25519") }

    /// The SSH host key of a machine.
    package func hostKey(ofMachine machine: String) throws(CredentialError) -> SSHKeyPair {
        try keyPair("hosts/\(machine)", "ssh_host_ed25519_key")
    }

    /// The kubeconfig's text.
    package func kubeconfig() throws(CredentialError) -> String { try text(nil, "kubeconfig") }

    /// Removes all that is kept for this cluster; nothing there is no failure.
    package func delete() throws(CredentialError) { try StateFolder(path: folder).remove() }

    func subfolder(_ name: String?) -> StateFolder { StateFolder(path: name.map { "\(folder)/\($0)" } ?? folder) }

    private func text(_ subfolder: String?, _ name: String) throws(CredentialError) -> String {
        let place = self.subfolder(subfolder)
        guard let text = try place.read(name) else { throw .missing(path: "\(place.path)/\(name)") }
        return text
    }

    private func keyPair(_ subfolder: String, _ name: String) throws(CredentialError) -> SSHKeyPair {
        let text = try text(subfolder, name)
        guard let pair = SSHKeyPair(privateKeyText: text) else {
            throw .unreadable(path: "\(folder)/\(subfolder)/\(name)", wants: "an ed25519 private key of OpenSSH")
        }
        return pair
    }
}
