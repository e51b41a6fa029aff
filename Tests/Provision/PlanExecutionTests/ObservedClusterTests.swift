import Clusterfiles
import Foundation
import Hypervisor
import Testing

@testable import PlanExecution

@Suite struct ObservedClusterTests {
    @Test func `a machine that its kernel starts answers on a channel, one with a boot loader does not`() async throws {
        let path = Samples.folder() + ".xml"
        defer { unlink(path) }
        let domains = [("own", "<kernel>/vmlinuz</kernel>"), ("foreign", "<boot dev='hd'/>")].map { name, boot in
            """
            <domain type="test"><name>kube_\(name)</name><uuid>\(Samples.uuid.domainUUID(ofMachine: name))</uuid>
              <memory>65536</memory><os><type>hvm</type>\(boot)</os>
              <metadata><c:machine xmlns:c="https://clusterfile.dev/metadata/1" cluster="\(Samples.uuid)" name="kube"
                machine="\(name)" spec="" address="10.9.0.11" user="cluster"/></metadata></domain>
            """
        }
        try "<node>\(domains.joined())</node>".write(toFile: path, atomically: true, encoding: .utf8)
        let host = try await Hypervisor.connect(uri: "test://\(path)")
        let cluster = ObservedCluster(name: "kube", uuid: Samples.uuid, domains: try await host.domains())
        #expect(try cluster.machine(named: "own").isNative)
        #expect(try !cluster.machine(named: "foreign").isNative)
    }
}
