internal import Glibc

/// The machine's name with its domain.
enum HostName {
    /// What the name's address is called: by `/etc/hosts` where that has it, since a resolver that is out of reach would
    /// take seconds to say so, else by the resolver.
    static func full(of node: String) -> String {
        let table = FactFile.lines("/etc/hosts").map { line in
            FactFile.words(line.prefix { $0 != "#" })
        }.filter { $0.count > 1 }
        let addresses = table.filter { $0.dropFirst().contains(node) }.map { $0[0] }
        guard let address = addresses.first(where: { $0 == "::1" }) ?? addresses.first else {
            return resolved(node) ?? node
        }
        let names = table.first { $0[0] == address }?.dropFirst() ?? []
        return names.first { $0.contains(".") } ?? names.first ?? node
    }

    private static func resolved(_ node: String) -> String? {
        var hints = addrinfo()
        hints.ai_flags = AI_CANONNAME
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(node, nil, &hints, &found) == 0, let first = found else { return nil }
        defer { freeaddrinfo(found) }
        var name = [CChar](repeating: 0, count: 1025)
        let status = getnameinfo(
            first.pointee.ai_addr, first.pointee.ai_addrlen, &name, socklen_t(name.count), nil, 0, NI_NAMEREQD)
        guard status == 0 else { return nil }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
