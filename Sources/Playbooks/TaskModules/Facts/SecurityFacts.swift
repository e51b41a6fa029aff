internal import Glibc
internal import JSON

/// SELinux, AppArmor, FIPS, capabilities, and whether the root is another one than the machine's.
enum SecurityFacts {
    static func selinux() -> JSONObject {
        // Ansible names a library of Python's; what it gates works here without.
        var facts: JSONObject = ["selinux_python_present": true]
        guard let version = FactFile.text("/sys/fs/selinux/policyvers") else {
            facts["selinux"] = ["status": "disabled"]
            return facts
        }
        let settings = FactFile.lines("/etc/selinux/config")
        let modes = ["0": "permissive", "1": "enforcing"]
        facts["selinux"] = [
            "status": "enabled", "policyvers": Int(version).map { JSON($0) } ?? "unknown",
            "config_mode": .string(FactFile.value(of: "SELINUX", in: settings, separator: "=") ?? "unknown"),
            "mode": .string(modes[FactFile.text("/sys/fs/selinux/enforce") ?? ""] ?? "unknown"),
            "type": .string(FactFile.value(of: "SELINUXTYPE", in: settings, separator: "=") ?? "unknown"),
        ]
        return facts
    }

    static func apparmor() -> JSONObject {
        ["apparmor": ["status": FactFile.exists("/sys/kernel/security/apparmor") ? "enabled" : "disabled"]]
    }

    static func fips() -> JSONObject { ["fips": .bool(FactFile.text("/proc/sys/crypto/fips_enabled") == "1")] }

    static func chroot() -> JSONObject {
        if getenv("debian_chroot").map({ $0.pointee != 0 }) == true { return ["is_chroot": true] }
        var (mine, first) = (stat(), stat())
        guard stat("/", &mine) == 0 else { return ["is_chroot": false] }
        if stat("/proc/1/root/.", &first) == 0 {
            return ["is_chroot": .bool(mine.st_ino != first.st_ino || mine.st_dev != first.st_dev)]
        }
        // Not root, or no /proc: a file system's own root has a number that is known.
        // A mount table that cannot be read leaves the usual number.
        let type = (try? MountTable.current())?.last { $0.path == "/" }?.type ?? ""
        let roots: [String: ino_t] = ["btrfs": 256, "xfs": 128]
        return ["is_chroot": .bool(mine.st_ino != roots[type] ?? 2)]
    }

    /// Root's full set is no restriction; of a lesser one, the names that are left.
    static func capabilities() -> JSONObject {
        let lines = FactFile.lines("/proc/self/status")
        let last = FactFile.text("/proc/sys/kernel/cap_last_cap").flatMap { Int($0) } ?? names.count - 1
        guard let text = FactFile.value(of: "CapEff", in: lines, separator: ":"), let held = UInt64(text, radix: 16)
        else {
            return ["system_capabilities_enforced": "N/A", "system_capabilities": "N/A"]
        }
        let isFull = (0...last).allSatisfy { held >> $0 & 1 == 1 }
        let kept = (0...last).filter { held >> $0 & 1 == 1 }.map { names.indices.contains($0) ? names[$0] : "\($0)" }
        return [
            "system_capabilities_enforced": isFull ? "False" : "True",
            "system_capabilities": JSON(isFull ? [] : kept.map { "cap_" + $0 }),
        ]
    }

    /// By number (capabilities(7)).
    private static let names = [
        "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
        "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner",
        "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
        "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
        "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf",
        "checkpoint_restore",
    ]
}
