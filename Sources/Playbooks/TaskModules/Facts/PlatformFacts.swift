internal import Glibc
internal import JSON

/// The system, its name, and small files of it.
enum PlatformFacts {
    static func platform() -> JSONObject {
        var system = utsname()
        uname(&system)
        let node = text(of: &system.nodename)
        let machine = text(of: &system.machine)
        let fullName = HostName.full(of: node)
        let isOldIntel = machine.count == 4 && machine.hasPrefix("i") && machine.hasSuffix("86")
        var facts: JSONObject = [
            "system": .string(text(of: &system.sysname)), "kernel": .string(text(of: &system.release)),
            "kernel_version": .string(text(of: &system.version)), "machine": .string(machine),
            "fqdn": .string(fullName), "hostname": .string(first(node)), "nodename": .string(node),
            "domain": .string(
                fullName.split(separator: ".", omittingEmptySubsequences: false).dropFirst().joined(separator: ".")),
            "userspace_bits": .string("\(MemoryLayout<Int>.size * 8)"),
            "architecture": .string(isOldIntel ? "i386" : machine),
        ]
        if machine == "x86_64" || isOldIntel {
            facts["userspace_architecture"] = MemoryLayout<Int>.size == 8 ? "x86_64" : "i386"
        }
        if let identity = FactFile.lines("/var/lib/dbus/machine-id").first ?? FactFile.lines("/etc/machine-id").first {
            facts["machine_id"] = .string(String(identity))
        }
        return facts
    }

    private static func first(_ name: String) -> String {
        name.split(separator: ".", omittingEmptySubsequences: false).first.map(String.init) ?? name
    }

    static func text<T>(of field: inout T) -> String {
        withUnsafeBytes(of: &field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// The kernel's arguments: the last of a name, and all of it as a list.
    static func commandLine() -> JSONObject {
        guard let line = FactFile.text("/proc/cmdline") else { return JSONObject() }
        var (last, all) = (JSONObject(), JSONObject())
        for word in words(line) {
            let pair = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let value: JSON = pair.count == 2 ? .string(pair[1]) : true
            last[pair[0]] = value
            if let before = all[pair[0]], pair.count == 2 {
                all[pair[0]] = .array((before.array ?? [before]) + [value])
            } else {
                all[pair[0]] = value
            }
        }
        return ["cmdline": .object(last), "proc_cmdline": .object(all)]
    }

    /// Words at white space, but not within quotes, which stay.
    private static func words(_ line: String) -> [Substring] {
        var quote: Character?
        return line.split { character in
            if let open = quote {
                if character == open { quote = nil }
                return false
            }
            if character == "\"" || character == "'" { quote = character }
            return character.isWhitespace
        }
    }

    static func load() -> JSONObject {
        var averages = [Double](repeating: 0, count: 3)
        guard getloadavg(&averages, 3) == 3 else { return JSONObject() }
        return [
            "loadavg": ["1m": .number(averages[0]), "5m": .number(averages[1]), "15m": .number(averages[2])]
        ]
    }

    static func hostKeys() -> JSONObject {
        var facts = JSONObject()
        for folder in ["/etc/ssh", "/etc/openssh", "/etc"] where facts.isEmpty {
            for algorithm in ["dsa", "rsa", "ecdsa", "ed25519"] {
                let words = FactFile.text("\(folder)/ssh_host_\(algorithm)_key.pub").map { FactFile.words($0) } ?? []
                guard words.count > 1 else { continue }
                facts["ssh_host_key_\(algorithm)_public"] = .string(words[1])
                facts["ssh_host_key_\(algorithm)_public_keytype"] = .string(words[0])
            }
        }
        return facts
    }

    static func resolver() -> JSONObject {
        var dns = JSONObject()
        for line in FactFile.lines("/etc/resolv.conf") where line.first != "#" && line.first != ";" {
            let words = FactFile.words(line)
            switch words.first {
            case "nameserver":
                dns["nameservers"] = .array((dns["nameservers"]?.array ?? []) + words.dropFirst().map { .string($0) })
            case "domain": if words.count > 1 { dns["domain"] = .string(words[1]) }
            case "search", "sortlist": dns[words[0]] = JSON(Array(words.dropFirst()))
            case "options":
                dns["options"] = .object(
                    JSONObject(
                        words.dropFirst().map { option in
                            let pair = option.split(separator: ":", maxSplits: 1).map(String.init)
                            return (pair.first ?? option, pair.count == 2 ? .string(pair[1]) : true)
                        }))
            default: break
            }
        }
        return ["dns": .object(dns)]
    }

    static func fibreChannel() -> JSONObject {
        let names = FactFile.names("/sys/class/fc_host").flatMap {
            FactFile.lines("/sys/class/fc_host/\($0)/port_name")
        }
        return ["fibre_channel_wwn": JSON(names.map { String($0.dropFirst(2)) })]
    }

    static func initiator() -> JSONObject {
        let lines = FactFile.lines("/etc/iscsi/initiatorname.iscsi")
        return ["iscsi_iqn": .string(FactFile.value(of: "InitiatorName", in: lines, separator: "=") ?? "")]
    }

    static func nvmeHost() -> JSONObject {
        let name = FactFile.lines("/etc/nvme/hostnqn").first { $0.hasPrefix("nqn.") }
        return ["hostnqn": .string(name.map(String.init) ?? "")]
    }
}
