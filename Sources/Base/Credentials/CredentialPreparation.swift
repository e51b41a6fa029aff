package import FoundationEssentials
internal import JSON

extension CredentialStore {
    /// Makes what is missing or no longer fits and keeps the rest, so that a run that was killed is finished by the next.
    ///
    /// Machines that the request does not name keep their keys until `prune`. Two processes at once do it one after the other.
    package func prepare(_ request: CredentialRequest, now: Date) throws(CredentialError) {
        let top = subfolder(nil)
        try top.create()
        try top.locked { () throws(CredentialError) in
            try prepareSSH(request)
            try preparePKI(request, now: now)
            let record: JSON = [
                "name": .string(request.cluster), "uuid": .string(uuid),
                "clusterfile": .string(request.clusterfilePath),
            ]
            try top.write("cluster.json", record.prettyText)
        }
    }

    /// Takes away the keys of machines that the request does not name, once those machines are gone.
    package func prune(_ request: CredentialRequest) throws(CredentialError) {
        guard try exists() else { return }
        try subfolder(nil).locked { () throws(CredentialError) in
            let machines = Set(request.machines.map(\.name))
            for name in try subfolder("hosts").names() where !machines.contains(name) {
                try subfolder("hosts/\(name)").remove()
            }
            let certificates = Set(try request.profiles().map(\.name)).union(["ca"])
            for name in try subfolder("pki").names() where name.hasSuffix(".crt") || name.hasSuffix(".key") {
                if !certificates.contains(String(name.dropLast(4))) { try subfolder("pki/\(name)").remove() }
            }
            try prepareSSH(request)
        }
    }

    private func prepareSSH(_ request: CredentialRequest) throws(CredentialError) {
        _ = try pair("id_ed25519", in: "ssh", comment: "\(request.user)@\(request.cluster)")
        var knownHosts = ""
        for machine in request.machines {
            let key = try pair("ssh_host_ed25519_key", in: "hosts/\(machine.name)", comment: "root@\(machine.name)")
            knownHosts += "\(machine.name),\(machine.address) \(key.publicKeyWithoutComment)\n"
        }
        let requested = Set(request.machines.map(\.name))
        let kept = Set(try subfolder("hosts").names()).subtracting(requested)
        for line in (try subfolder("ssh").read("known_hosts") ?? "").split(separator: "\n")
        where kept.contains(String(line.prefix { $0 != "," })) {
            knownHosts += line + "\n"
        }
        try subfolder("ssh").write("known_hosts", knownHosts)
    }

    private func pair(_ name: String, in place: String, comment: String) throws(CredentialError) -> SSHKeyPair {
        let folder = subfolder(place)
        try folder.create()
        let pair: SSHKeyPair
        if let text = try folder.read(name) {
            guard let kept = SSHKeyPair(privateKeyText: text) else {
                throw .unreadable(path: "\(folder.path)/\(name)", wants: "an ed25519 private key of OpenSSH")
            }
            pair = kept
        } else {
            pair = SSHKeyPair(comment: comment)
            try folder.write(name, pair.privateKeyText)
        }
        try folder.write("\(name).pub", pair.publicKeyLine + "\n")
        return pair
    }

    private func preparePKI(_ request: CredentialRequest, now: Date) throws(CredentialError) {
        let (top, pki) = (subfolder(nil), subfolder("pki"))
        try pki.create()
        let authority = try authority(of: request.cluster, now: now)
        for profile in try request.profiles() {
            let certified = try certified(profile, by: authority, now: now)
            if profile.name == "admin", let server = request.server {
                let text = kubeconfigText(
                    cluster: request.cluster, server: server, authorityPEM: authority.certifiedKey.certificatePEM,
                    user: "admin", certified)
                try pki.write("admin.kubeconfig", text)
                try top.write("kubeconfig", text)
            }
        }
    }

    /// The key is written before its certificate: a key alone is an authority whose making was cut short.
    private func authority(of cluster: String, now: Date) throws(CredentialError) -> CertificateAuthority {
        let (top, pki) = (subfolder(nil), subfolder("pki"))
        if let key = try top.read("ca.key"), let certificate = try pki.read("ca.crt") {
            let kept = CertifiedKey(certificatePEM: certificate, privateKeyPEM: key)
            guard let authority = CertificateAuthority(kept) else {
                throw .unreadable(path: "\(top.path)/ca.key", wants: "the private key of pki/ca.crt")
            }
            return authority
        }
        if try pki.read("ca.crt") != nil { throw .authorityLost(path: "\(top.path)/ca.key") }
        let authority = try CertificateAuthority(cluster: cluster, now: now)
        try top.write("ca.key", authority.certifiedKey.privateKeyPEM)
        try pki.write("ca.crt", authority.certifiedKey.certificatePEM)
        return authority
    }

    private func certified(
        _ profile: CertificateProfile, by authority: CertificateAuthority, now: Date
    ) throws(CredentialError) -> CertifiedKey {
        let pki = subfolder("pki")
        if let certificate = try pki.read("\(profile.name).crt"), let key = try pki.read("\(profile.name).key") {
            let kept = CertifiedKey(certificatePEM: certificate, privateKeyPEM: key)
            if authority.vouches(for: kept, as: profile, now: now) { return kept }
        }
        let made = try authority.issue(profile, now: now)
        try pki.write("\(profile.name).key", made.privateKeyPEM)
        try pki.write("\(profile.name).crt", made.certificatePEM)
        return made
    }
}
