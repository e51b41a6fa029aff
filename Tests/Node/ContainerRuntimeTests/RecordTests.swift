import JSON
import Linux
import Testing

@testable import ContainerRuntime

@Suite struct RecordTests {
    private let supervisor = SupervisorRecord(
        bootIdentity: "boot", process: ProcessIdentity(pid: 7, startTicks: .max / 2))
    private let time = Timestamp(nanosecondsSinceEpoch: 1_795_253_400_000_000_042)

    @Test func `everything that is written is read back the same`() throws {
        let sandbox = SandboxRecord(
            spec: PodSandboxSpec(
                uid: "u", name: "n", namespace: "s", hostname: "h", network: .namespace(path: "/run/x"),
                hostsFile: "a\tb\n", sharedMemoryBytes: 5,
                resources: ContainerResources(memoryBytes: 1 << 40, oomScoreAdjustment: -998)),
            controlGroup: "/g", bell: "/b")
        try expectSame(sandbox)
        var launch = try Fixture.preparation(
            ContainerSpec(
                name: "c", image: "i",
                mounts: [
                    .init(source: .path("/a", subPath: "b"), target: "/c"),
                    .init(source: .memory(maximumBytes: nil), target: "/d"),
                ],
                security: .init(isPrivileged: true))
        ).launch()
        try expectSame(launch)
        launch.process.root = .folder("/r", isReadOnly: true)
        launch.process.capabilities = .all
        launch.process.joinedNamespaces = ["/x"]
        try expectSame(launch)
        let exit = ContainerExit(
            code: 137, signal: 9, isOutOfMemory: true, startedAt: time, finishedAt: time, message: "\u{1}\"ü\n")
        for state in [
            StateRecord.State.running(process: 5, startedAt: time), .exited(exit), .startFailed(message: "m", at: time),
        ] { try expectSame(StateRecord(supervisor: supervisor, state: state)) }
        try expectSame(SupervisorRequest.start(container: "c", attempt: 3))
        try expectSame(SupervisorRequest.stop(container: "c", gracePeriodSeconds: 30))
        try expectSame(SupervisorReply.refused("no"))
        try expectSame(SupervisorReply.done)
    }

    @Test func `a record that lacks something says what, and is left where it is`() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/state.json"
            try AtomicFile.write(#"{"supervisor":{"bootIdentity":"b","pid":1}}"#.utf8, to: path)
            #expect(
                throws: ContainerRuntimeError.unreadableRecord(
                    path: path, reason: "'startTicks' is missing or of the wrong type")
            ) {
                try RecordFile.read(path, as: StateRecord.self)
            }
            #expect(FileSystem.exists(path))
            #expect(try RecordFile.read(folder + "/none", as: StateRecord.self) == nil)
        }
    }

    @Test(arguments: [("boot", DeathCause.supervisorDied), ("another boot", .machineRestarted)])
    func `a container that runs on record is lost where its supervisor is not alive`(boot: String, cause: DeathCause)
        throws
    {
        try withTemporaryFolder { folder in
            let pod = PodFolder(path: folder)
            let place = pod.attempt(2, of: "c")
            try FileSystem.makeFolder(place.path)
            try RecordFile.write(
                SandboxRecord(
                    spec: PodSandboxSpec(uid: "u", name: "n", namespace: "s", hostname: "h", network: .host),
                    controlGroup: "/g", bell: "/b"), to: pod.sandbox)
            try RecordFile.write(supervisor, to: pod.supervisor)
            try RecordFile.write(
                try Fixture.preparation(ContainerSpec(name: "c", image: "i")).launch(), to: place.launch)
            try RecordFile.write(
                StateRecord(supervisor: supervisor, state: .running(process: 1, startedAt: time)), to: place.state)
            let (snapshot, alive) = try SnapshotReader(folder: pod, bootIdentity: boot).read()
            #expect(alive == nil && snapshot?.sandboxState == .dead(cause))
            #expect(snapshot?.latest("c")?.state == .lost(startedAt: time, cause: cause))
            #expect(snapshot?.latest("c")?.attempt == 2 && snapshot?.previous("c") == nil)
        }
    }

    private func expectSame<Record: Recordable & Equatable>(_ record: Record) throws {
        #expect(try Record(json: JSON(parsing: record.json.bytes)) == record)
    }
}
