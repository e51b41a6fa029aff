internal import Glibc
internal import JSON

/// What a machine says of itself, under Ansible's names.
enum Facts {
    static func gather() throws -> JSONObject {
        var system = utsname()
        uname(&system)
        let release = try osRelease()
        let node = text(of: &system.nodename)
        let version = release["VERSION_ID"] ?? ""
        let machine = text(of: &system.machine)
        let memory = try SystemCalls.readText("/proc/meminfo") ?? ""
        return [
            "ansible_hostname": .string(node.split(separator: ".").first.map(String.init) ?? node),
            "ansible_nodename": .string(node),
            "ansible_fqdn": .string(node), "ansible_system": .string(text(of: &system.sysname)),
            "ansible_kernel": .string(text(of: &system.release)),
            "ansible_architecture": .string(machine), "ansible_machine": .string(machine),
            "ansible_distribution": .string(distributionNames[release["ID"] ?? ""] ?? release["NAME"] ?? "Linux"),
            "ansible_distribution_version": .string(version),
            "ansible_distribution_major_version": .string(
                version.split(separator: ".").first.map(String.init) ?? version),
            "ansible_distribution_release": .string(release["VERSION_CODENAME"] ?? ""),
            "ansible_os_family": .string(
                release["ID"] == "debian" || release["ID_LIKE"]?.contains("debian") == true ? "Debian" : "Linux"),
            "ansible_service_mgr": .string(try SystemCalls.status("/run/systemd/system") == nil ? "other" : "systemd"),
            "ansible_processor_vcpus": JSON(sysconf(Int32(_SC_NPROCESSORS_ONLN))),
            "ansible_memtotal_mb": JSON(kibibytes("MemTotal", memory) / 1024),
            "ansible_memfree_mb": JSON(kibibytes("MemFree", memory) / 1024),
            "ansible_user_id": .string(Accounts.userName(getuid())),
        ]
    }

    private static let distributionNames = [
        "debian": "Debian", "ubuntu": "Ubuntu", "fedora": "Fedora", "alpine": "Alpine",
    ]

    private static func text<T>(of field: inout T) -> String {
        withUnsafeBytes(of: &field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    private static func osRelease() throws -> [String: String] {
        let text = try SystemCalls.readText("/etc/os-release") ?? ""
        return text.split(separator: "\n").reduce(into: [:]) { values, line in
            let pair = line.split(separator: "=", maxSplits: 1)
            if pair.count == 2 { values[String(pair[0])] = String(pair[1].filter { $0 != "\"" }) }
        }
    }

    private static func kibibytes(_ name: String, _ memory: String) -> Int {
        memory.split(separator: "\n").first { $0.hasPrefix(name + ":") }?.split(separator: " ").dropFirst().first
            .flatMap { Int($0) } ?? 0
    }
}
