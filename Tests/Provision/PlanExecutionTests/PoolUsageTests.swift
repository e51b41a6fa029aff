import Hypervisor
import Testing

@testable import PlanExecution

/// What is below a machine's disk is in use, through any number of overlays, and nothing else is.
@Suite struct PoolUsageTests {
    private static let image = "image.debian-12-0123456789abcdef-0123456789ab"

    private func volume(_ name: String, on base: String? = nil) -> LibvirtVolumeSnapshot {
        LibvirtVolumeSnapshot(
            pool: "p", name: name, path: "/p/" + name, capacityBytes: 1 << 30, allocationBytes: 100,
            backingPath: base.map { "/p/" + $0 })
    }

    private func domain(_ name: String, _ machine: String?, disks: [String]) -> DomainSnapshot {
        DomainSnapshot(
            name: name, uuid: "u", state: .running,
            metadata: machine.map { .init(cluster: "c", clusterName: "kube", name: $0, spec: "") },
            xml: "<domain>" + disks.map { "<source file='/p/\($0)'/>" }.joined() + "</domain>")
    }

    @Test func `the image below an overlay of an overlay is used by the machine on top, and its kernel by name`() {
        let usage = PoolUsage(
            HypervisorSnapshot(
                domains: [
                    domain("kube_a", "a", disks: ["c.a.system", "agents.1"]),
                    domain("mine", nil, disks: [Self.image + ".kernel"]),
                ],
                volumes: [
                    volume("c.a.system", on: "warm.1.disk"), volume("warm.1.disk", on: Self.image + ".disk"),
                    volume(Self.image + ".disk"), volume(Self.image + ".kernel"), volume(Self.image + ".complete"),
                    volume("agents.1"), volume("agents.1.complete"), volume("agents.2"), volume("other"),
                ]))
        #expect(
            usage.shared.map { "\($0.stem): \($0.users.joined(separator: ", "))" } == [
                "agents.1: a of cluster 'kube'", "agents.2: ",
                "\(Self.image): a of cluster 'kube', mine", "warm.1: a of cluster 'kube'",
            ])
        #expect(usage.shared.map(\.isComplete) == [true, false, true, false])
        #expect(usage.shared.map(\.imageName) == [nil, nil, "debian-12", nil])
        #expect(usage.shared.first { $0.stem == Self.image }?.bytes == 300)
    }

    @Test func `a disk whose domain is gone keeps its image, a warm disk alone does not`() {
        let usage = PoolUsage(
            HypervisorSnapshot(volumes: [
                volume("c.a.system", on: Self.image + ".disk"), volume(Self.image + ".disk"),
                volume("warm.1.disk", on: "image.b-0123456789abcdef-0123456789ab.disk"),
                volume("image.b-0123456789abcdef-0123456789ab.disk"),
            ]))
        #expect(usage.users(of: Self.image + ".disk") == ["the volume c.a.system"])
        #expect(usage.users(of: "image.b-0123456789abcdef-0123456789ab.disk") == [])
    }

    @Test func `overlays in a circle end`() {
        let usage = PoolUsage(
            HypervisorSnapshot(
                domains: [domain("d", nil, disks: ["a"])], volumes: [volume("a", on: "b"), volume("b", on: "a")]))
        #expect(usage.users(of: "b") == ["d"])
    }
}
