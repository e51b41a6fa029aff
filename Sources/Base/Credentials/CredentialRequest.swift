/// The cluster for which credentials are kept, as far as they depend on it.
package struct CredentialRequest: Hashable, Sendable {
    /// A machine that gets a host key, and a certificate if it belongs to the orchestrator.
    package struct Machine: Hashable, Sendable {
        package var name: String
        /// Dotted IPv4.
        package var address: String
        package var isMember: Bool

        package init(name: String, address: String, isMember: Bool) {
            self.name = name
            self.address = address
            self.isMember = isMember
        }
    }

    package var cluster: String
    /// Where the Clusterfile is, for people and for `clusterfile -c NAME`; nothing depends on it.
    package var clusterfilePath: String
    package var machines: [Machine]
    /// The name of the machine that runs the API server, or nil for a cluster without an orchestrator.
    package var master: String?
    /// The ordinary user of the machines, who is in the comment of the key.
    package var user: String
    package var apiServerPort: Int

    package init(
        cluster: String, clusterfilePath: String, machines: [Machine], master: String?, user: String,
        apiServerPort: Int = 6443
    ) {
        self.cluster = cluster
        self.clusterfilePath = clusterfilePath
        self.machines = machines
        self.master = master
        self.user = user
        self.apiServerPort = apiServerPort
    }
}

extension CredentialRequest {
    /// Every certificate that the cluster's agents and people need.
    func profiles() throws(CredentialError) -> [CertificateProfile] {
        guard let master = machines.first(where: { $0.name == master }) else { return [] }
        var profiles = [
            CertificateProfile(
                name: "apiserver", commonName: "kube-apiserver",
                dnsNames: [
                    master.name, "kubernetes", "kubernetes.default", "kubernetes.default.svc",
                    "kubernetes.default.svc.cluster.local", "localhost",
                ],
                addresses: [try octets(of: master), [10, 96, 0, 1], [127, 0, 0, 1]], isServer: true, isClient: false),
            CertificateProfile(
                name: "kubelet-client", commonName: "kube-apiserver", organization: "system:masters", isServer: false,
                isClient: true),
            CertificateProfile(
                name: "admin", commonName: "admin", organization: "system:masters", isServer: false, isClient: true),
        ]
        for machine in machines where machine.isMember {
            profiles.append(
                CertificateProfile(
                    name: "node-\(machine.name)", commonName: "system:node:\(machine.name)",
                    organization: "system:nodes",
                    dnsNames: [machine.name], addresses: [try octets(of: machine)], isServer: true, isClient: true))
        }
        return profiles
    }

    /// `https://ADDRESS:PORT` of the API server, or nil where there is none.
    var server: String? {
        machines.first { $0.name == master }.map { "https://\($0.address):\(apiServerPort)" }
    }

    private func octets(of machine: Machine) throws(CredentialError) -> [UInt8] {
        let octets = machine.address.split(separator: ".", omittingEmptySubsequences: false).compactMap { UInt8($0) }
        guard octets.count == 4 else { throw .notAnAddress(machine.address, machine: machine.name) }
        return octets
    }
}
