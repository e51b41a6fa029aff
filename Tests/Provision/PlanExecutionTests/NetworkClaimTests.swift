import Clusterfiles
import Diagnostics
import Foundation
import Hypervisor
import Linux
import MachineImages
import Planning
import Synchronization
import Testing

@testable import PlanExecution

@Suite struct NetworkClaimTests {
    private static func cluster(_ number: Int, range: String, address: String) throws -> ClusterSpec {
        try Samples.spec(
            "test-claim-\(number)-\(UUID().uuidString.prefix(4).lowercased())",
            Samples.identifier(UUID().uuidString), range: range, address: address)
    }

    /// What each gets that does something for the cluster of its number, all at the same moment.
    private static func race(
        _ count: Int, _ body: @escaping @Sendable (Int) async throws -> Void
    ) async -> [Result<Void, any Error>] {
        await withTaskGroup(of: Result<Void, any Error>.self) { group in
            for number in 0..<count {
                group.addTask {
                    do {
                        return .success(try await body(number))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    private static func failures(_ results: [Result<Void, any Error>]) -> [String] {
        results.compactMap { result in
            guard case .failure(let error) = result else { return nil }
            return Diagnoses(of: error).description
        }
    }

    @Test func `of several that want one range at the same moment, one gets it and the others are told who has it`()
        async throws
    {
        let lock = Samples.folder()
        defer { unlink(lock) }
        let host = try await Samples.host()
        let taken = Mutex<[HostInterface]>([])
        let specs = try (0..<8).map { try Self.cluster($0, range: "10.9.0.0/24", address: "10.9.0.11") }
        let results = await Self.race(specs.count) { [specs] number in
            let spec = specs[number]
            var observer = ClusterObserver(hypervisor: host, pool: Samples.pool, cluster: spec.uuid)
            observer.interfaces = { taken.withLock { $0 } }
            try await NetworkClaim(observer: observer, lockPath: lock).whileFree(spec) {
                // The interface comes a while after the look.
                _ = try await host.networks()
                taken.withLock { $0.append(.init(name: "winner", address: "10.9.0.1", prefixLength: 24)) }
            }
        }
        let failures = Self.failures(results)
        #expect(failures.count == specs.count - 1)
        for text in failures {
            #expect(
                text.contains("the network 10.9.0.0/24 is in use on this host: its interface winner has 10.9.0.0/24"))
        }
    }

    @Test func `the same with real networks of libvirt's`() async throws {
        let lab = try Lab.find()
        let host = try await Hypervisor.connect(uri: lab.uri)
        // A range for documentation (RFC 5737).
        let specs = try (0..<4).map { try Self.cluster($0, range: "203.0.113.0/24", address: "203.0.113.11") }
        let results = await Self.race(specs.count) { [specs] number in
            let spec = specs[number]
            var actions = LibvirtActions(
                hypervisor: host, pool: lab.pool, spec: spec, images: [:], virtualization: .emulated, consoleFolder: "",
                agentVolume: nil, seed: { _ in preconditionFailure("networks only") })
            actions.hostInterfaces = { try lab.interfaces() }
            try await actions.perform(.createNetwork(spec.network.name))
            try await actions.perform(.startNetwork(spec.network.name))
        }
        let active = try await host.networks().filter(\.isActive).map(\.name)
        for spec in specs {
            try await host.destroy(network: spec.network.name)
            try await host.undefine(network: spec.network.name)
        }
        let winner = try #require(specs.first { active.contains($0.network.name) })
        #expect(specs.filter { active.contains($0.network.name) }.count == 1)
        let failures = Self.failures(results)
        #expect(failures.count == specs.count - 1)
        for text in failures {
            #expect(
                text == """
                    Clusterfile:2:20: the network 203.0.113.0/24 is in use on this host: its interface \(winner.network.bridge) has \
                    203.0.113.0/24, as the bridge of libvirt's network '\(winner.network.name)'
                      fix: choose another range for 'network: address:' and the machines, or take that interface down
                    """)
        }
    }
}

/// The lab's libvirt, or the system's where systemd runs.
private struct Lab: Decodable {
    var uri = "qemu:///system"
    var pool = "clusterfile"
    var netns: String?

    static func find() throws -> Lab {
        let record = URL(fileURLWithPath: "/run/clusterfile-lab/record.json")
        guard FileManager.default.fileExists(atPath: record.path) else { return Lab() }
        return try JSONDecoder().decode(Lab.self, from: Data(contentsOf: record))
    }

    /// The addresses where the bridges are: `clusterfile` itself has moved there before it has a second thread.
    func interfaces() throws -> [HostInterface] {
        let found = Mutex<Result<[HostInterface], any Error>>(.success([]))
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            let result = Result {
                if let netns { try NetworkNamespace.enter(path: netns) }
                return try HostInterface.all()
            }
            found.withLock { $0 = result }
            done.signal()
        }
        done.wait()
        return try found.withLock { try $0.get() }
    }
}
