import CLinux
import Glibc

/// What a machine says about itself.
package struct MachineInformation: Hashable, Sendable {
    /// Changes with every boot of the kernel, and not with a restored snapshot.
    package var bootIdentity: String
    package var machineIdentity: String
    package var kernelVersion: String
    /// As Kubernetes spells it: `amd64`, `arm64`.
    package var architecture: String
    package var operatingSystem: String
    package var hostname: String
    /// Those that the machine has, of which all but the first may still be off shortly after its boot.
    package var processors: Int
    package var memoryBytes: Int64

    /// Reads the running machine.
    package static func read() throws(LinuxError) -> MachineInformation {
        var names = utsname()
        guard uname(&names) == 0 else { throw .last("uname", "") }
        let machine = text(of: &names.machine)
        return MachineInformation(
            bootIdentity: try bootIdentity(),
            // A machine without one is still a machine; the field is then empty.
            machineIdentity: (try? FileSystem.readText("/etc/machine-id")) ?? "",
            kernelVersion: text(of: &names.release),
            architecture: ["x86_64": "amd64", "aarch64": "arm64"][machine] ?? machine,
            operatingSystem: prettyName() ?? "Linux",
            hostname: text(of: &names.nodename),
            processors: max(1, sysconf(Int32(_SC_NPROCESSORS_CONF))),
            memoryBytes: Int64(sysconf(Int32(_SC_PHYS_PAGES))) * Int64(sysconf(Int32(_SC_PAGESIZE))))
    }

    /// The identity of this boot alone.
    package static func bootIdentity() throws(LinuxError) -> String {
        try FileSystem.readText("/proc/sys/kernel/random/boot_id")
    }

    private static func text<T>(of field: inout T) -> String {
        withUnsafeBytes(of: &field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    private static func prettyName() -> String? {
        // A machine without the file has no pretty name.
        guard let text = try? FileSystem.readText("/etc/os-release") else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix("PRETTY_NAME=") {
            return String(line.dropFirst("PRETTY_NAME=".count).drop { $0 == "\"" }.prefix { $0 != "\"" })
        }
        return nil
    }
}
