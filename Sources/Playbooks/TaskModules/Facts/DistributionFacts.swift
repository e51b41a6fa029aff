internal import JSON

/// Which distribution this is, as Ansible names it.
enum DistributionFacts {
    /// A release file, the name that its being there (and what is in it) gives, and where it lies.
    private struct ReleaseFile {
        var path: String
        var variety: String
    }

    /// In the order in which Ansible asks them; the first that has something to say decides.
    private static let files = [
        ReleaseFile(path: "/etc/altlinux-release", variety: "Altlinux"),
        ReleaseFile(path: "/etc/oracle-release", variety: "OracleLinux"),
        ReleaseFile(path: "/etc/slackware-version", variety: "Slackware"),
        ReleaseFile(path: "/etc/centos-release", variety: "CentOS"),
        ReleaseFile(path: "/etc/redhat-release", variety: "RedHat"),
        ReleaseFile(path: "/etc/openwrt_release", variety: "OpenWrt"),
        ReleaseFile(path: "/etc/os-release", variety: "Amazon"),
        ReleaseFile(path: "/etc/system-release", variety: "Amazon"),
        ReleaseFile(path: "/etc/alpine-release", variety: "Alpine"),
        ReleaseFile(path: "/etc/arch-release", variety: "Archlinux"),
        ReleaseFile(path: "/etc/os-release", variety: "Archlinux"),
        ReleaseFile(path: "/etc/os-release", variety: "SUSE"),
        ReleaseFile(path: "/etc/gentoo-release", variety: "Gentoo"),
        ReleaseFile(path: "/etc/os-release", variety: "Debian"),
        ReleaseFile(path: "/etc/os-release", variety: "Flatcar"),
        ReleaseFile(path: "/etc/os-release", variety: "NA"),
    ]

    static func collect() -> JSONObject {
        var known: [String: String?] = [:]
        return collect { path in
            if let text = known[path] { return text }
            let text = FactFile.text(path)
            known[path] = .some(text)
            return text
        }
    }

    /// The same from files that a function gives, which tests do.
    static func collect(_ read: (String) -> String?) -> JSONObject {
        let release = OSRelease(read("/etc/os-release") ?? read("/usr/lib/os-release") ?? "")
        var facts = guess(release, read)
        for file in files {
            let text = read(file.path)
            guard text != nil || file.path == "/etc/arch-release" && FactFile.exists(file.path) else { continue }
            guard let found = parse(file, text ?? "", release, facts, read) else { continue }
            facts["distribution"] = .string(file.variety)
            facts["distribution_file_path"] = .string(file.path)
            facts["distribution_file_variety"] = .string(file.variety)
            if text != nil { facts["distribution_file_parsed"] = true }
            for (name, value) in found { facts[name] = value }
            break
        }
        let name = facts["distribution"]?.string ?? ""
        facts["os_family"] = .string(families.first { $0.names.contains(name) }?.family ?? name)
        return facts
    }

    private static func guess(_ release: OSRelease, _ read: (String) -> String?) -> JSONObject {
        let version = bestVersion(release, read)
        let name =
            ["amzn": "Amazon", "rhel": "Redhat", "": "OtherLinux"][release["ID"] ?? ""]
            ?? capitalized(release["ID"] ?? "")
        let codename =
            release.written("VERSION_CODENAME") ?? release.written("UBUNTU_CODENAME")
            ?? release["VERSION"].flatMap { between($0, "(", ")") }
        return [
            "distribution": .string(name), "distribution_version": .string(version.isEmpty ? "NA" : version),
            "distribution_release": .string(codename ?? "NA"),
            "distribution_major_version": .string(major(version.isEmpty ? "NA" : version)),
        ]
    }

    /// Debian and CentOS say their minor version elsewhere.
    private static func bestVersion(_ release: OSRelease, _ read: (String) -> String?) -> String {
        let version = release["VERSION_ID"] ?? ""
        func numbers(_ path: String) -> String? {
            read(path)?.split { !$0.isNumber && $0 != "." }.first { $0.first?.isNumber == true }.map(String.init)
        }
        switch release["ID"] {
        case "debian":
            guard let best = numbers("/etc/debian_version"), best.count > version.count else { return version }
            return best
        case "centos":
            return numbers("/etc/centos-release").map {
                $0.split(separator: ".").prefix(2).joined(separator: ".")
            } ?? version
        default: return version
        }
    }

    static func major(_ version: String) -> String { version.split(separator: ".").first.map(String.init) ?? version }

    private static func capitalized(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst().lowercased()
    }

    static func between(_ text: String, _ open: Character, _ close: Character) -> String? {
        guard let start = text.firstIndex(of: open), let end = text[start...].firstIndex(of: close) else { return nil }
        return String(text[text.index(after: start)..<end])
    }

    private static func parse(
        _ file: ReleaseFile, _ text: String, _ release: OSRelease, _ known: JSONObject, _ read: (String) -> String?
    ) -> JSONObject? {
        let firstWord = JSON.string(FactFile.words(text).first ?? "")
        switch file.variety {
        case "OracleLinux", "RedHat", "Altlinux":
            let sought = ["OracleLinux": "Oracle Linux", "RedHat": "Red Hat", "Altlinux": "ALT"][file.variety] ?? ""
            guard text.contains(sought) else { return ["distribution": firstWord] }
            return ["distribution_file_search_string": .string(sought)]
        case "Archlinux": return file.path == "/etc/arch-release" || text.contains("Arch Linux") ? [:] : nil
        case "CentOS":
            if text.contains("CentOS Stream") { return ["distribution_release": "Stream"] }
            return text.contains("TencentOS Server") ? ["distribution": "TencentOS"] : nil
        case "Slackware": return text.contains("Slackware") ? version(numbers(in: text)) : nil
        case "OpenWrt":
            let fields = OSRelease(text)
            return text.contains("OpenWrt")
                ? version(fields["DISTRIB_RELEASE"], release: fields["DISTRIB_CODENAME"]) : nil
        case "Alpine": return ["distribution_version": .string(text)]
        case "Amazon":
            guard text.contains("Amazon") else { return nil }
            let number = file.path == "/etc/os-release" ? release["VERSION_ID"] : numbers(in: text)
            var facts = version(number)
            if file.path == "/etc/os-release", let parts = number?.split(separator: ".") {
                facts["distribution_major_version"] = .string(major(number ?? ""))
                facts["distribution_minor_version"] = .string(parts.count > 1 ? String(parts[1]) : "NA")
            }
            return facts
        case "SUSE": return text.lowercased().contains("suse") ? suse(text, release) : nil
        case "Gentoo": return [:]
        case "Debian": return debian(text, release, known, read)
        case "Flatcar":
            guard release["ID"] == "flatcar", let number = release["VERSION"] else { return nil }
            return ["distribution_version": .string(number), "distribution_major_version": .string(major(number))]
        default:
            var facts = JSONObject()
            if let name = release["NAME"] { facts["distribution"] = .string(name) }
            if known["distribution_version"] == "NA", let number = release["VERSION"] {
                facts["distribution_version"] = .string(number)
            }
            return facts
        }
    }

    private static func numbers(in text: String) -> String? {
        FactFile.words(text).first { $0.first?.isNumber == true }
    }

    private static func version(_ version: String?, release: String? = nil) -> JSONObject {
        var facts = JSONObject()
        if let version { facts["distribution_version"] = .string(version) }
        if let release { facts["distribution_release"] = .string(release) }
        return facts
    }

    private static func suse(_ text: String, _ release: OSRelease) -> JSONObject {
        let number = release["VERSION_ID"] ?? ""
        let parts = number.split(separator: ".").map(String.init)
        var facts: JSONObject = [
            "distribution": .string(release["NAME"] ?? "SUSE"), "distribution_version": .string(number),
            "distribution_major_version": .string(major(number)),
        ]
        if text.lowercased().contains("open") {
            facts["distribution_release"] = .string(parts.count > 1 ? parts[1] : "")
        } else if text.lowercased().contains("enterprise") {
            facts["distribution_release"] = .string(parts.count > 1 ? parts[1] : "0")
        }
        if FactFile.resolved("/etc/products.d/baseproduct")?.hasSuffix("SLES_SAP.prod") == true {
            facts["distribution"] = "SLES_SAP"
        }
        return facts
    }

    /// Debian and what descends from it, by words in os-release.
    private static func debian(
        _ text: String, _ release: OSRelease, _ known: JSONObject, _ read: (String) -> String?
    ) -> JSONObject? {
        if text.contains("Debian") || text.contains("Raspbian") {
            var facts: JSONObject = ["distribution": "Debian"]
            if let name = release["PRETTY_NAME"].flatMap({ between($0, "(", ")") }) {
                facts["distribution_release"] = .string(name)
            }
            let parts = read("/etc/debian_version")?.split(separator: ".").map(String.init) ?? []
            if parts.count == 2, parts[0].allSatisfy(\.isNumber) {
                facts["distribution_minor_version"] = .string(parts[1])
            }
            return facts
        }
        let words = [
            ("Ubuntu", "Ubuntu"), ("SteamOS", "SteamOS"), ("Kali", "Kali"), ("Parrot", "Parrot"), ("Devuan", "Devuan"),
            ("Cumulus", "Cumulus Linux"), ("Mint", "Linux Mint"), ("UOS", "Uos"), ("Uos", "Uos"), ("uos", "Uos"),
            ("Deepin", "Deepin"), ("deepin", "Deepin"),
        ]
        guard let (_, name) = words.first(where: { text.contains($0.0) }) else { return nil }
        var facts: JSONObject = ["distribution": .string(name)]
        if ["Devuan", "Cumulus Linux", "Linux Mint", "Uos", "Deepin"].contains(name), let number = release["VERSION_ID"]
        {
            facts["distribution_version"] = .string(number)
            facts["distribution_major_version"] = .string(name == "Devuan" ? number : major(number))
        }
        return facts
    }

    private static let families: [(family: String, names: Set<String>)] = [
        (
            "RedHat",
            [
                "RedHat", "RHEL", "Fedora", "CentOS", "Scientific", "SLC", "Ascendos", "CloudLinux", "PSBM",
                "OracleLinux", "OVS", "OEL", "Amazon", "Virtuozzo", "XenServer", "Alibaba", "EulerOS", "openEuler",
                "AlmaLinux", "Rocky", "TencentOS", "EuroLinux", "Kylin Linux Advanced Server",
            ]
        ),
        (
            "Debian",
            [
                "Debian", "Ubuntu", "Raspbian", "Neon", "KDE neon", "Linux Mint", "SteamOS", "Devuan", "Kali",
                "Cumulus Linux", "Pop!_OS", "Parrot", "Pardus GNU/Linux", "Uos", "Deepin", "OSMC",
            ]
        ),
        (
            "Suse",
            [
                "SuSE", "SLES", "SLED", "openSUSE", "openSUSE Tumbleweed", "SLES_SAP", "SUSE_LINUX", "openSUSE Leap",
            ]
        ),
        ("Archlinux", ["Archlinux", "Antergos", "Manjaro"]), ("Gentoo", ["Gentoo", "Funtoo"]),
        ("ClearLinux", ["Clear Linux OS", "Clear Linux Mix"]),
    ]
}

extension DistributionFacts {
    /// What the Linux Standard Base calls the distribution: `/etc/lsb-release`, else os-release, from which
    /// `lsb_release` answers too where it is installed.
    static func lsb() -> JSONObject {
        var facts = JSONObject()
        let keys = [("DISTRIB_ID", "id"), ("DISTRIB_RELEASE", "release"), ("DISTRIB_DESCRIPTION", "description")]
        let file = OSRelease(FactFile.text("/etc/lsb-release") ?? "")
        for (key, name) in keys + [("DISTRIB_CODENAME", "codename")] {
            if let value = file[key] { facts[name] = .string(value) }
        }
        if facts.isEmpty, FactFile.hasProgram("lsb_release") {
            let release = OSRelease(FactFile.text("/etc/os-release") ?? FactFile.text("/usr/lib/os-release") ?? "")
            let id = release["ID"] ?? ""
            facts = [
                "id": .string(id == "debian" || id == "ubuntu" ? capitalized(id) : release["NAME"] ?? id),
                "description": .string(release["PRETTY_NAME"] ?? ""),
                "release": .string(release["VERSION_ID"] ?? "n/a"),
                "codename": .string(release["VERSION_CODENAME"] ?? "n/a"),
            ]
        }
        if let release = facts["release"]?.string { facts["major_release"] = .string(major(release)) }
        return ["lsb": .object(facts)]
    }
}

/// A file of `NAME=value` lines as os-release(5) has them.
struct OSRelease {
    private var values: [String: String] = [:]

    init(_ text: String) {
        for line in FactFile.lines(of: text) where line.first != "#" {
            guard let pair = FactFile.pair(line, "=") else { continue }
            var value = pair.value
            if let quote = value.first, quote == "\"" || quote == "'", value.last == quote, value.count > 1 {
                value = value.dropFirst().dropLast()
            }
            values[String(pair.name)] = value.filter { $0 != "\\" }
        }
    }

    /// The value, though it be empty; nil where the name is not there.
    func written(_ name: String) -> String? { values[name] }

    /// The value; nil where there is none, or an empty one.
    subscript(name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }
}
