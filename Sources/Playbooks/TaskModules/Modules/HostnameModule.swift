internal import Glibc
internal import JSON

/// `hostname`: the machine's name, now and after a boot.
enum HostnameModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let name = try context.required("name")
        let current = MachineName.current
        let stored = try SystemCalls.readText("/etc/hostname") ?? ""
        let short = name.prefix { $0 != "." }
        let facts: JSONObject = [
            "ansible_hostname": .string(String(short)), "ansible_nodename": .string(name),
            "ansible_fqdn": .string(name), "ansible_domain": .string(String(name.dropFirst(short.count + 1))),
        ]
        let result: JSONObject = ["name": .string(name), "ansible_facts": .object(facts)]
        guard current != name || stored != name + "\n" else { return Proposal(result) }
        return Proposal(
            result, differences: [.init(path: "hostname", before: current + "\n", after: name + "\n")]
        ) {
            if stored != name + "\n" {
                try FileReplacement.write(
                    name + "\n", to: "/etc/hostname", attributes: try FileAttributes(["mode": "0644"]))
            }
            try SystemCalls.check("sethostname", name) { sethostname(name, name.utf8.count) }
            return [:]
        }
    }
}

/// The name that the kernel has for this machine.
enum MachineName {
    static var current: String {
        var buffer = [UInt8](repeating: 0, count: 256)
        _ = buffer.withUnsafeMutableBytes {
            gethostname($0.assumingMemoryBound(to: CChar.self).baseAddress.unsafelyUnwrapped, $0.count)
        }
        return String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
    }
}
