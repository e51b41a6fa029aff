import Foundation
import Testing

@testable import Hypervisor

/// What only a real libvirt with QEMU does, against the one that `scripts/lab start` started.
struct LabTests {
    @Test func bytesArriveUnchangedAndHolesStayHoles() async throws {
        try await Lab.use { lab in
            let hole = [UInt8](repeating: 0, count: 3_000_000)
            let bytes = Array("head".utf8) + hole + [UInt8](repeating: 7, count: 500_001) + hole + Array("tail".utf8)
            let volume = try await lab.createRaw("bytes", sizeBytes: bytes.count)
            try await lab.host.upload(bytes, toVolume: volume.name, pool: lab.pool)
            let back = try await lab.host.download(volume: volume.name, pool: lab.pool, limit: bytes.count + 1)
            #expect(back == bytes)
            let found = try #require(try await lab.host.volume(volume.name, pool: lab.pool))
            #expect(found.allocationBytes < 1_500_000)
        }
    }

    @Test func aPoolIsRefreshedBesideUploads() async throws {
        try await Lab.use { lab in
            try await withThrowingTaskGroup { group in
                for index in 1...8 {
                    group.addTask {
                        let bytes = [UInt8](repeating: 1, count: 2_000_000)
                        let volume = try await lab.createRaw("beside\(index)", sizeBytes: bytes.count)
                        try await lab.host.upload(bytes, toVolume: volume.name, pool: lab.pool)
                        try await lab.host.refresh(pool: lab.pool)
                        let back = try await lab.host.download(volume: volume.name, pool: lab.pool, limit: 3_000_000)
                        #expect(back == bytes)
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func aFileWithHolesArrivesUnchanged() async throws {
        try await Lab.use { lab in
            let path = NSTemporaryDirectory() + lab.prefix
            defer { unlink(path) }
            let bytes = Array("data".utf8) + [UInt8](repeating: 0, count: 5_000_000)
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            #expect(truncate(path, 20_000_000) == 0)
            let volume = try await lab.createRaw("file", sizeBytes: 20_000_000)
            try await lab.host.upload(file: path, toVolume: volume.name, pool: lab.pool)
            let back = try await lab.host.download(volume: volume.name, pool: lab.pool, limit: 20_000_000)
            #expect(back == bytes + [UInt8](repeating: 0, count: 20_000_000 - bytes.count))
            await #expect(
                throws: HypervisorError.unreadableFile(
                    path: "/nonexistent", errno: ENOENT, reason: "No such file or directory")
            ) { try await lab.host.upload(file: "/nonexistent", toVolume: volume.name, pool: lab.pool) }
        }
    }

    @Test func aCancelledUploadEndsAndTheConnectionStaysUsable() async throws {
        try await Lab.use { lab in
            let bytes = [UInt8](repeating: 1, count: 200_000_000)
            let volume = try await lab.createRaw("cancelled", sizeBytes: bytes.count)
            let task = Task { try await lab.host.upload(bytes, toVolume: volume.name, pool: lab.pool) }
            // Once the first bytes are there, and long before the last.
            while try await lab.host.volume(volume.name, pool: lab.pool)?.allocationBytes == volume.allocationBytes {}
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await lab.host.isAlive())
            try await lab.host.delete(volume: volume.name, pool: lab.pool)
        }
    }

    @Test func aMachineIsPausedSavedAndTakenBack() async throws {
        try await Lab.use { lab in
            let name = try await lab.defineMachine("machine")
            try await lab.host.start(domain: name)
            #expect(try await lab.host.state(ofDomain: name) == .running)
            try await lab.host.suspend(domain: name)
            try await lab.host.saveRestorePoint(domain: name, named: "one", description: "the <first>")
            #expect(try await lab.host.state(ofDomain: name) == .paused)
            try await lab.host.resume(domain: name)
            try await lab.host.saveRestorePoint(domain: name, named: "two", description: "")
            #expect(try await lab.host.state(ofDomain: name) == .running)
            let points = try await lab.host.restorePoints(domain: name)
            #expect(points.map(\.name) == ["one", "two"])
            #expect(points.map(\.content) == [.disksAndMemory, .disksAndMemory])
            #expect(points.map(\.diskPaths.count) == [1, 1])
            for point in ["one", "two"] {
                try await lab.host.revert(domain: name, to: point)
                #expect(try await lab.host.state(ofDomain: name) == .paused)
            }
            try await lab.host.deleteRestorePoint(domain: name, named: "one")
            #expect(try await lab.host.restorePoints(domain: name).map(\.name) == ["two"])
            try await lab.host.destroy(domain: name)
            // Its restore points do not keep a machine from being forgotten.
            try await lab.host.undefine(domain: name)
            #expect(try await !lab.host.domains().map(\.name).contains(name))
        }
    }

    @Test func anOverlayNamesTheVolumeBelowItWhetherThatIsThereOrNot() async throws {
        try await Lab.use { lab in
            let (base, top) = (lab.prefix + "base", lab.prefix + "top")
            let baseSpec = VolumeSpec(pool: lab.pool, name: base, capacityBytes: 1 << 20, format: .qcow2)
            let made = try await lab.host.create(baseSpec)
            try await lab.host.create(
                VolumeSpec(
                    pool: lab.pool, name: top, capacityBytes: 1 << 20, format: .qcow2,
                    backing: .init(path: made.path, format: .qcow2)))
            for refreshes in [false, true] {
                if refreshes { try await lab.host.refresh(pool: lab.pool) }
                let found = try await lab.host.observe(pool: lab.pool) { $0 == top }
                #expect(found.volumes.map(\.backingVolume) == [base])
                #expect(found.volumes.map(\.backingPath) == [made.path])
                #expect(found.volumeNames.contains(base))
            }
            // Behind libvirt's back, as a person would; then it is as if libvirt had never known it.
            #expect(unlink(made.path) == 0)
            #expect(try await lab.host.volume(base, pool: lab.pool) == nil)
            #expect(try await lab.host.observe(pool: lab.pool) { $0 == base }.volumes.isEmpty)
            #expect(try await lab.host.create(baseSpec).path == made.path)
            try await lab.host.delete(volume: base, pool: lab.pool)
            try await lab.host.refresh(pool: lab.pool)
            let orphan = try #require(try await lab.host.volume(top, pool: lab.pool))
            #expect(orphan.backingVolume == base)
            #expect(try await !lab.host.observe(pool: lab.pool) { $0 == top }.volumeNames.contains(base))
        }
    }

    @Test func aMachinesConsoleLogIsDeletedAndItsNeighboursStay() async throws {
        try await Lab.use { lab in
            let name = try await lab.defineMachine(
                "log", consoleLog: Hypervisor.consoleLogName(ofDomain: lab.prefix + "log"))
            let other = try await lab.defineMachine(
                "log2", consoleLog: Hypervisor.consoleLogName(ofDomain: lab.prefix + "log2"))
            for domain in [name, other] { try await lab.host.start(domain: domain) }
            let path = { lab.folder + "/" + Hypervisor.consoleLogName(ofDomain: $0) }
            // What virtlogd puts aside when the log is full, and what it would never call so.
            for suffix in [".0", ".1", ".old"] { #expect(close(creat(path(name) + suffix, 0o600)) == 0) }
            #expect([name, other].map { access(path($0), F_OK) } == [0, 0])
            for domain in [name, other] { try await lab.host.destroy(domain: domain) }
            for _ in 1...2 { try await lab.host.deleteConsoleLog(ofDomain: name, pool: lab.pool) }
            #expect(["", ".0", ".1"].allSatisfy { access(path(name) + $0, F_OK) != 0 })
            #expect(access(path(name) + ".old", F_OK) == 0 && access(path(other), F_OK) == 0)
        }
    }

    @Test func aChannelHasOneUserAndEndsWithItsMachine() async throws {
        try await Lab.use { lab in
            let name = try await lab.defineMachine("channel")
            await #expect(throws: HypervisorError.self) { try await lab.host.openChannel(domain: name) }
            try await lab.host.start(domain: name)
            var first: GuestChannel? = try await lab.host.openChannel(domain: name)
            try await first?.send("state", deadline: .now + .seconds(20))
            await #expect(
                throws: HypervisorError.channelBusy(domain: name, channel: DomainSpec.defaultReadyChannel)
            ) { try await lab.host.openChannel(domain: name, patience: .milliseconds(200)) }
            let next = Task { try await lab.host.openChannel(domain: name, patience: .seconds(60)) }
            first = nil
            let channel = try await next.value
            let line = Task { try await channel.nextLine(deadline: .now + .seconds(60)) }
            try await lab.host.destroy(domain: name)
            await #expect(
                throws: HypervisorError.channelClosed(domain: name, channel: DomainSpec.defaultReadyChannel)
            ) { try await line.value }
        }
    }

    @Test func aRangeThatAnotherNetworkHasIsRefusedByItsInterfacesName() async throws {
        try await Lab.use { lab in
            let first = lab.network("a")
            try await lab.host.define(first)
            try await lab.host.start(network: first.name)
            let second = lab.network("b")
            try await lab.host.define(second)
            await #expect(
                throws: HypervisorError.addressRangeInUse(network: second.name, interface: first.configuration.bridge)
            ) { try await lab.host.start(network: second.name) }
            let found = try #require(try await lab.host.networks().first { $0.name == first.name })
            #expect(found.isActive)
            #expect(found.metadata == first.metadata)
            #expect(found.bridge == first.configuration.bridge)
        }
    }
}
