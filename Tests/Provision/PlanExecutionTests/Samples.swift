import Clusterfiles
import Credentials
import Foundation
import Hypervisor
import MachineImages

@testable import PlanExecution

/// A cluster of the tests' own, and libvirt's driver for tests, which lives inside this process.
enum Samples {
    static let uuid = identifier("2ed6657d-e927-568b-95e1-2665a8aea6a2")
    static let pool = "default-pool"

    static func identifier(_ text: String) -> ClusterUUID {
        guard let uuid = ClusterUUID(text) else { preconditionFailure("a UUID") }
        return uuid
    }

    /// A cluster of one machine.
    static func spec(
        _ name: String = "kube", _ uuid: ClusterUUID = uuid, range: String = "10.9.0.0/24",
        address: String = "10.9.0.11"
    ) throws -> ClusterSpec {
        try Clusterfile.parse(
            """
            cluster: \(name)
            network: {address: \(range)}
            defaults: {image: debian-12}
            machines:
              - {name: a, address: \(address)}
            """, file: "Clusterfile",
            in: Surroundings(
                images: [.init(name: "debian-12")], fileExists: { _ in true }, clusterUUID: { _ in uuid }))
    }

    /// A host with the cluster's machine, which runs, and another domain.
    static func host() async throws -> Hypervisor {
        let path = folder() + ".xml"
        defer { unlink(path) }
        try """
        <node>
          <domain type="test"><name>mine</name><memory>65536</memory><os><type>hvm</type></os></domain>
          <domain type="test"><name>kube_a</name><uuid>\(uuid.domainUUID(ofMachine: "a"))</uuid><memory>65536</memory>
            <os><type>hvm</type></os>
            <metadata><c:machine xmlns:c="https://clusterfile.dev/metadata/1" cluster="\(uuid)" name="kube" machine="a"
              spec="" address="10.9.0.11" user="cluster"/></metadata></domain>
          <network><name>default</name><bridge name="virbr0"/><ip address="10.8.0.1" netmask="255.255.255.0"/></network>
          <pool type="dir"><name>\(pool)</name><target><path>/default-pool</path></target></pool>
        </node>
        """.write(toFile: path, atomically: true, encoding: .utf8)
        return try await Hypervisor.connect(uri: "test://\(path)")
    }

    /// A path that nothing has.
    static func folder() -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent("execution-\(UUID().uuidString)").path
    }

    static func lifecycle(_ host: Hypervisor, stateRoot: String) -> ClusterLifecycle {
        ClusterLifecycle(
            sites: Sites([Site(name: nil, uri: "test", hypervisor: host)]), pool: pool,
            catalogue: ImageCatalogue(folder: stateRoot + ".images"),
            credentials: CredentialStore(root: stateRoot, uuid: uuid.text), programsFolder: stateRoot + ".programs",
            progress: ProgressSink { _ in })
    }
}
