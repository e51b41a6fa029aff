@testable import Hypervisor

/// Specs with every field set, and characters that XML must escape.
enum Samples {
    static let uuid = "8f2b0c9e-6a0f-4d3e-9c55-0d7f3f6f0a01"

    static func metadata(_ name: String) -> ClusterMetadata {
        ClusterMetadata(
            cluster: "11111111-2222-3333-4444-555555555555", clusterName: "tom & \"jerry\"", name: name, spec: "abc123",
            more: ["image": "debian-12", "format": "1"])
    }

    /// The names of 28 disks in their order.
    static let names =
        (UInt8(ascii: "a")...UInt8(ascii: "z")).map { "vd" + String(UnicodeScalar($0)) } + ["vdaa", "vdab"]

    static var hardware: DomainHardware {
        DomainHardware(
            virtualization: .emulated, processors: .init(count: 2, model: .maximum), memory: .init(bytes: 1 << 30),
            boot: .kernel(
                .init(kernelPath: "/pool/vmlinuz", initrdPath: "/pool/initrd", arguments: "quiet x=\"<1>\" a&b")),
            disks: [
                .init(path: "/pool/node1.root", format: .qcow2, access: .readWrite),
                .init(path: "/pool/node1.seed", format: .raw, access: .readOnly, serial: "seed"),
            ],
            interfaces: [.init(.network("demo"), mac: "52:54:00:12:34:56")])
    }

    static func domain(_ name: String = "demo-node1", _ change: (inout DomainHardware) -> Void = { _ in }) -> DomainSpec
    {
        var hardware = hardware
        change(&hardware)
        return DomainSpec(
            name: name, uuid: uuid, hardware: hardware, consoleLogPath: "/pool/node1.console",
            metadata: metadata("kube-node1"))
    }

    static func network(
        _ name: String = "demo", _ change: (inout NetworkConfiguration) -> Void = { _ in }
    ) -> NetworkSpec {
        var configuration = NetworkConfiguration(
            mode: .nat, bridge: "cf-demo", gateway: "192.168.56.1", prefixLength: 24,
            dnsHosts: [.init(address: "192.168.56.11", names: ["kube-master1", "master"])])
        change(&configuration)
        return NetworkSpec(
            name: name, uuid: "8f2b0c9e-6a0f-4d3e-9c55-0d7f3f6f0a02", configuration: configuration,
            metadata: metadata("private"))
    }
}
