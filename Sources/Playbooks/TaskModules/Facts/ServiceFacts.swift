internal import JSON

/// Which program installs packages, and which one runs services.
enum ServiceFacts {
    /// The one whose program is there, the last of these; where the distribution has one of its own, that one.
    static func packages(_ known: JSONObject) -> String {
        let family = known["ansible_os_family"]?.string ?? ""
        let found = programs.last { FactFile.exists($0.path) && (family != "Altlinux" || $0.path != "/usr/bin/pkg") }
        switch family {
        case "RedHat":
            if FactFile.exists("/run/ostree-booted") { return "atomic_container" }
            let major = known["ansible_distribution_major_version"]?.string.flatMap { Int($0) } ?? .max
            let first = ["Fedora": 23, "Amazon": 2022][known["ansible_distribution"]?.string ?? ""] ?? 8
            return major < first ? "yum" : "dnf"
        case "Debian": return "apt"
        case "Altlinux": return found?.name == "apt" ? "apt_rpm" : found?.name ?? "unknown"
        default: return found?.name ?? "unknown"
        }
    }

    private static let programs: [(path: String, name: String)] = [
        ("/usr/bin/rpm-ostree", "atomic_container"), ("/usr/bin/yum", "yum"), ("/usr/bin/dnf", "dnf"),
        ("/usr/bin/apt-get", "apt"), ("/usr/bin/zypper", "zypper"), ("/usr/sbin/urpmi", "urpmi"),
        ("/usr/bin/pacman", "pacman"), ("/bin/opkg", "opkg"), ("/usr/pkg/bin/pkgin", "pkgin"),
        ("/usr/local/bin/brew", "homebrew"), ("/sbin/apk", "apk"), ("/usr/bin/emerge", "portage"),
        ("/usr/bin/pkg", "pkg5"), ("/usr/bin/xbps-install", "xbps"), ("/usr/bin/swupd", "swupd"),
        ("/usr/sbin/sorcery", "sorcery"),
    ]

    /// The first process's name where that says it, else what lies around.
    static func services(_ known: JSONObject) -> String {
        let first = FactFile.text("/proc/1/comm") ?? FactFile.linkName("/sbin/init")
        if let first, first != "init", !first.hasSuffix("sh") {
            let names = ["procd": "openwrt_init", "runit-init": "runit", "svscan": "svc", "openrc-init": "openrc"]
            return names[first] ?? first
        }
        if known["ansible_distribution"] == "OpenWrt" { return "openwrt_init" }
        let canaries = ["/run/systemd/system/", "/dev/.run/systemd/", "/dev/.systemd/"]
        let hasSystemd = FactFile.hasProgram("systemctl")
        if hasSystemd, canaries.contains(where: FactFile.exists) { return "systemd" }
        if FactFile.hasProgram("initctl"), FactFile.exists("/etc/init/") { return "upstart" }
        if FactFile.exists("/sbin/openrc") { return "openrc" }
        if hasSystemd, FactFile.linkName("/sbin/init") == "systemd" { return "systemd" }
        return FactFile.exists("/etc/init.d/") ? "sysvinit" : "service"
    }
}
