import Diagnostics
import Glibc
import Linux
import SecureShell

extension Sites {
    /// The IPv4 address at which machines elsewhere reach each site's host, by the site's name; what cannot be known is told.
    func addresses() throws -> [String: String] {
        var known: [String: String] = [:]
        for site in all {
            if let name = site.name, let host = site.wanted?.address ?? LibvirtEndpoint.host(of: site.uri) {
                known[name] = try Self.resolve(host, of: name)
            }
        }
        var problems: [Diagnosis] = []
        for site in all where site.name.map({ known[$0] == nil }) ?? false {
            guard let name = site.name else { continue }
            if let peer = known.sorted(by: { $0.key < $1.key }).first?.value, let own = site.address(towards: peer) {
                known[name] = own
            } else {
                problems.append(
                    Diagnosis(
                        "at which address machines elsewhere reach hypervisor '\(name)' is not known",
                        why: "its URI \(site.uri) names no host", fix: "add 'address:' to it",
                        at: site.wanted?.location))
            }
        }
        guard problems.isEmpty else { throw Diagnoses(problems) }
        return known
    }

    /// Machines may not know the names that this host knows.
    private static func resolve(_ host: String, of name: String) throws(Diagnosis) -> String {
        do {
            if let address = try SecureShellRoute.addresses(of: host).first { return address }
        } catch {
            throw Diagnosis(
                "the host '\(host)' of hypervisor '\(name)' has no address", why: "\(Diagnoses(of: error))",
                fix: "give its IPv4 address as 'address:'")
        }
        throw Diagnosis(
            "the host '\(host)' of hypervisor '\(name)' has no IPv4 address", why: "machines reach it by IPv4",
            fix: "give its IPv4 address as 'address:'")
    }
}

extension Site {
    /// The address that its host has towards another, where it is this host.
    fileprivate func address(towards peer: String) -> String? {
        switch route {
        case .direct: Self.source(towards: peer)
        // A namespace that cannot be entered has no address that could be known.
        case .namespace(let path): try? NetworkNamespace.inside(path: path) { Self.source(towards: peer) }
        case .jump: nil
        }
    }

    /// What the kernel would send from: a UDP socket that is connected sends nothing.
    private static func source(towards peer: String) -> String? {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(9).bigEndian
        guard inet_pton(AF_INET, peer, &address.sin_addr) == 1 else { return nil }
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                connect(descriptor, pointer, length) == 0 ? getsockname(descriptor, pointer, &length) : -1
            }
        }
        guard status == 0 else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET_ADDRSTRLEN))
        guard inet_ntop(AF_INET, &address.sin_addr, &text, socklen_t(text.count)) != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
