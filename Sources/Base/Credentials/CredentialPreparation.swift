package import FoundationEssentials
internal import JSON

extension CredentialStore {
    /// Makes what is missing or no longer fits and keeps the rest, so that a run that was killed is finished by the next.
    ///
    /// Machines that the request does not name lose their keys. Two processes at once do it one after the other.
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

    private func prepareSSH(_ request: CredentialRequest) throws(CredentialError) {
        _ = try pair("id_ed25519", in: "ssh", comment: "\(request.user)@\(request.cluster)")
        var knownHosts = ""
        for machine in request.machines {
            let key = try pair("ssh_host_ed25519_key", in: "hosts/\(machine.name)", comment: "root@\(machine.name)")
            knownHosts += "\(machine.name),\(machine.address) \(key.publicKeyWithoutComment)\n"
        }
        try subfolder("ssh").write("known_hosts", knownHosts)
        let wanted = Set(request.machines.map(\.name))
        for name in try subfolder("hosts").names() where !wanted.contains(name) {
            try subfolder("hosts/\(name)").remove()
        }
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
        let profiles = try request.profiles()
        for profile in profiles {
            let certified = try certified(profile, by: authority, now: now)
            if profile.name == "admin", let server = request.server {
                let text = kubeconfigText(
                    cluster: request.cluster, server: server, authorityPEM: authority.certifiedKey.certificatePEM,
                    user: "admin", certified)
                try pki.write("admin.kubeconfig", text)
                try top.write("kubeconfig", text)
            }
        }
        let wanted = Set(profiles.flatMap { ["\($0.name).crt", "\($0.name).key"] } + ["ca.crt", "admin.kubeconfig"])
        for name in try pki.names() where !wanted.contains(name) {
            try StateFolder(path: "\(pki.path)/\(name)").remove()
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
        if try pki.read("ca.crt") != nil { throw .missing(path: "\(top.path)/ca.key") }
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
