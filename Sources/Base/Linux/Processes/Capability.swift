/// One of the kernel's capabilities (capabilities(7)); the raw value is its number.
package enum Capability: Int, Hashable, Sendable, CaseIterable {
    case chown, dacOverride, dacReadSearch, fowner, fsetid, kill, setgid, setuid, setpcap, linuxImmutable
    case netBindService, netBroadcast, netAdmin, netRaw, ipcLock, ipcOwner, sysModule, sysRawio, sysChroot, sysPtrace
    case sysPacct, sysAdmin, sysBoot, sysNice, sysResource, sysTime, sysTtyConfig, mknod, lease, auditWrite
    case auditControl, setfcap, macOverride, macAdmin, syslog, wakeAlarm, blockSuspend, auditRead, perfmon, bpf
    case checkpointRestore

    /// The kernel's name without `CAP_`, such as `NET_ADMIN`.
    package var name: String {
        "\(self)".reduce(into: "") { $0 += $1.isUppercase ? "_\($1)" : $1.uppercased() }
    }

    /// Reads a name in any case, with or without `CAP_`.
    package init?(name: String) {
        let upper = name.uppercased()
        let bare = upper.hasPrefix("CAP_") ? String(upper.dropFirst(4)) : upper
        guard let found = Capability.allCases.first(where: { $0.name == bare }) else { return nil }
        self = found
    }
}

/// A set of capabilities as the kernel's bit mask.
package struct Capabilities: Hashable, Sendable {
    package var mask: UInt64

    package init(mask: UInt64) {
        self.mask = mask
    }

    package init(_ capabilities: some Sequence<Capability>) {
        mask = capabilities.reduce(0) { $0 | 1 << UInt64($1.rawValue) }
    }

    package func contains(_ capability: Capability) -> Bool { mask >> UInt64(capability.rawValue) & 1 == 1 }

    /// Every capability there is.
    package static let all = Capabilities(Capability.allCases)
}
