import Clusterfiles
import Inventories
import Testing

@testable import PlanExecution

@Suite struct ClusterInventoryTests {
    private func inventory(
        _ more: String = "", of machines: String = "groups: [web]", keeping: (MachineSpec) -> Bool = { _ in true }
    ) throws -> Inventory {
        let spec = try Clusterfile.parse(
            """
            cluster: kube
            network: {address: 10.9.0.0/24}
            defaults: {image: debian-12}
            \(more)
            machines:
              - {name: a, address: 10.9.0.11, role: master, \(machines)}
              - {name: b, address: 10.9.0.12, role: node}
              - {name: c, address: 10.9.0.13}
            """, file: "Clusterfile",
            in: Surroundings(
                images: [.init(name: "debian-12")], fileExists: { _ in true }, clusterUUID: { _ in Samples.uuid }))
        return ClusterInventory(of: spec.keeping(keeping), for: .machine("a")).inventory
    }

    @Test func rolesGiveTheGroupsThatAClusterfileMayName() throws {
        let groups = try inventory(of: "vars: {}").groups
        #expect(Set(groups.map(\.name)) == Set(ClusterSpec.roleGroups))
    }

    @Test func aClusterfilesGroupsAreTheInventorys() throws {
        let inventory = try inventory(
            "groups: {web: {hosts: [c], vars: {colour: blue}}, all_web: {children: [web, kube_node]}, etcd: {hosts: [b]}}"
        )
        #expect(inventory.group("web")?.hosts == ["a", "c"] && inventory.group("web")?.variables == ["colour": "blue"])
        #expect(inventory.members(of: "all_web") == ["a", "c", "b"], "child by child, as Ansible goes")
        #expect(inventory.group("etcd")?.hosts == ["a", "b"])
    }

    @Test func aGroupHasOnlyTheMachinesThatAreKept() throws {
        let inventory = try inventory("groups: {web: {hosts: [b, c]}}") { $0.name != "c" }
        #expect(inventory.group("web")?.hosts == ["a", "b"] && inventory.host("c") == nil)
    }
}
