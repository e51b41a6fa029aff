internal import JSON

/// Processors as `/proc/cpuinfo` lists them, counted as Ansible counts.
enum ProcessorFacts {
    private static let listed: Set<String> = ["model name", "Processor", "vendor_id", "cpu", "Vendor", "processor"]

    static func collect(_ text: String?, _ known: JSONObject) -> JSONObject {
        guard let text else { return JSONObject() }
        var counts: [String: Int] = [:]
        var processors: [JSON] = []
        var (sockets, cores): ([(id: String, cores: Int)], [(id: String, siblings: Int)]) = ([], [])
        var (socket, core) = ("0", "0")
        var flags = ""
        for line in FactFile.lines(of: text) {
            guard let pair = FactFile.pair(line, ":") else { continue }
            let (key, value) = (String(pair.name), String(pair.value))
            switch key {
            case _ where listed.contains(key):
                processors.append(.string(value))
                counts[key, default: 0] += 1
            case "physical id":
                socket = value
                if !sockets.contains(where: { $0.id == value }) { sockets.append((value, 1)) }
            case "core id":
                core = value
                // As Ansible does: a core is new unless a socket has its number.
                if !sockets.contains(where: { $0.id == value }) { set(&cores, value, 1) }
            case "cpu cores": set(&sockets, socket, Int(value) ?? 1)
            case "siblings": set(&cores, core, Int(value) ?? 1)
            case "flags": flags = value
            default: break
            }
        }
        var facts: JSONObject = ["processor": .array(processors)]
        let machine = known["ansible_architecture"]?.string ?? ""
        var count = processors.count
        if let vendors = counts["vendor_id"], vendors == counts["model name"] { count = vendors }
        if ["armv", "aarch", "ppc"].contains(where: machine.hasPrefix) { count = counts["processor"] ?? 0 }
        if machine == "s390x" { return facts }
        let isParavirtual = isXen && !flags.isEmpty && !flags.contains("vme")
        let coresEach = isParavirtual ? count : max(1, sockets.first?.cores ?? 1)
        let socketCount = isParavirtual || sockets.isEmpty ? count : sockets.count
        let threads = isParavirtual ? 1 : (cores.first?.siblings ?? 1) / coresEach
        facts["processor_count"] = JSON(socketCount)
        facts["processor_cores"] = JSON(coresEach)
        facts["processor_threads_per_core"] = JSON(threads)
        facts["processor_vcpus"] = JSON(isParavirtual ? count : threads * socketCount * coresEach)
        if !isParavirtual { facts["processor_nproc"] = JSON(usable ?? counts["processor"] ?? 0) }
        return facts
    }

    private static func set(_ list: inout [(id: String, cores: Int)], _ id: String, _ value: Int) {
        if let at = list.firstIndex(where: { $0.id == id }) { list[at].cores = value } else { list.append((id, value)) }
    }

    private static func set(_ list: inout [(id: String, siblings: Int)], _ id: String, _ value: Int) {
        if let at = list.firstIndex(where: { $0.id == id }) {
            list[at].siblings = value
        } else {
            list.append((id, value))
        }
    }

    private static var isXen: Bool {
        FactFile.exists("/proc/xen") || FactFile.text("/sys/hypervisor/type") == "xen"
    }

    /// How many processors this process may run on.
    private static var usable: Int? {
        let lines = FactFile.lines("/proc/self/status")
        guard let mask = FactFile.value(of: "Cpus_allowed", in: lines, separator: ":") else { return nil }
        return mask.reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
    }
}

/// Memory and swap in mebibytes, and how long the machine is up.
enum MemoryFacts {
    static func collect() -> JSONObject {
        var values: [String: Int] = [:]
        for line in FactFile.lines("/proc/meminfo") {
            guard let pair = FactFile.pair(line, ":"),
                let number = FactFile.words(pair.value).first.flatMap({ Int($0) })
            else { continue }
            values[String(pair.name)] = number / 1024
        }
        func value(_ name: String) -> Int { values[name] ?? 0 }
        let (total, free) = (value("MemTotal"), value("MemFree"))
        let reusable = value("Cached") + free + value("Buffers")
        var facts: JSONObject = [
            "memtotal_mb": JSON(total), "memfree_mb": JSON(free), "swaptotal_mb": JSON(value("SwapTotal")),
            "swapfree_mb": JSON(value("SwapFree")),
            "memory_mb": [
                "real": ["total": JSON(total), "used": JSON(total - free), "free": JSON(free)],
                "nocache": ["free": JSON(reusable), "used": JSON(total - reusable)],
                "swap": [
                    "total": JSON(value("SwapTotal")), "free": JSON(value("SwapFree")),
                    "used": JSON(value("SwapTotal") - value("SwapFree")), "cached": JSON(value("SwapCached")),
                ],
            ],
        ]
        if let seconds = FactFile.text("/proc/uptime")?.split(separator: ".").first.flatMap({ Int($0) }) {
            facts["uptime_seconds"] = JSON(seconds)
        }
        return facts
    }
}

/// What the firmware says of the machine (DMI), as the kernel has read it.
enum FirmwareFacts {
    static let path = "/sys/devices/virtual/dmi/id"

    private static let names = [
        ("bios_date", "bios_date"), ("bios_vendor", "bios_vendor"), ("bios_version", "bios_version"),
        ("board_asset_tag", "board_asset_tag"), ("board_name", "board_name"), ("board_serial", "board_serial"),
        ("board_vendor", "board_vendor"), ("board_version", "board_version"),
        ("chassis_asset_tag", "chassis_asset_tag"), ("chassis_serial", "chassis_serial"),
        ("chassis_vendor", "chassis_vendor"), ("chassis_version", "chassis_version"), ("product_name", "product_name"),
        ("product_serial", "product_serial"), ("product_uuid", "product_uuid"), ("product_version", "product_version"),
        ("system_vendor", "sys_vendor"),
    ]

    /// By number (SMBIOS 3.2, 7.4.1).
    private static let forms = [
        "Unknown", "Other", "Unknown", "Desktop", "Low Profile Desktop", "Pizza Box", "Mini Tower", "Tower", "Portable",
        "Laptop", "Notebook", "Hand Held", "Docking Station", "All In One", "Sub Notebook", "Space-saving", "Lunch Box",
        "Main Server Chassis", "Expansion Chassis", "Sub Chassis", "Bus Expansion Chassis", "Peripheral Chassis",
        "RAID Chassis", "Rack Mount Chassis", "Sealed-case PC", "Multi-system", "CompactPCI", "AdvancedTCA", "Blade",
        "Blade Enclosure", "Tablet", "Convertible", "Detachable", "IoT Gateway", "Embedded PC", "Mini PC", "Stick PC",
    ]

    static func collect() -> JSONObject {
        let folder = FactFolder(path)
        var facts = JSONObject(names.map { ($0, .string(folder.text($1) ?? "NA")) })
        let form = folder.text("chassis_type")
        let known = form.flatMap { Int($0) }.flatMap { forms.indices.contains($0) ? forms[$0] : nil }
        facts["form_factor"] = .string(known ?? form.map { "unknown (\($0))" } ?? "NA")
        return facts
    }
}
