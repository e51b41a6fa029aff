package import Credentials
package import Diagnostics
package import SecureShell

/// One command for many machines, run in all of them at once, each over a session of its own.
package struct ClusterCommand: Sendable {
    /// How it ended in one machine.
    package struct Outcome: Sendable {
        package var machine: String
        package var end: Result<CommandStatus, Diagnosis>

        /// The command's own exit code, or 255 where it could not be run, as OpenSSH has it.
        package var exitCode: Int32 {
            switch end {
            case .success(let status): status.code
            case .failure: 255
            }
        }
    }

    /// A line for the machine's shell.
    package var line: String
    /// What each of them reads from its standard input.
    package var input: [UInt8]
    /// How long it may take, or nil for as long as it wants.
    package var timeout: Duration?
    /// In how many machines it runs at one time.
    package var parallelism = 32

    package init(_ line: String, input: [UInt8] = [], timeout: Duration? = nil) {
        self.line = line
        self.input = input
        self.timeout = timeout
    }

    /// Runs it; `output` gets what it writes as it comes, from several machines at a time. The outcomes are in the
    /// machines' order.
    package func run(
        on machines: [ObservedCluster.Machine], credentials: CredentialStore,
        output: @escaping @Sendable (_ machine: String, RemoteProcess.Chunk) -> Void
    ) async throws -> [Outcome] {
        var waiting = machines[...]
        var ends: [String: Result<CommandStatus, Diagnosis>] = [:]
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            func startOne() {
                guard let machine = waiting.popFirst() else { return }
                group.addTask {
                    do {
                        let status = try await run(on: machine, credentials) { output(machine.name, $0) }
                        return Outcome(machine: machine.name, end: .success(status))
                    } catch let error as CancellationError {
                        throw error
                    } catch {
                        let cause = Diagnoses(of: error).all.first ?? Diagnosis("\(error)")
                        return Outcome(machine: machine.name, end: .failure(cause))
                    }
                }
            }
            for _ in 0..<parallelism { startOne() }
            for try await outcome in group {
                ends[outcome.machine] = outcome.end
                startOne()
            }
        }
        return machines.compactMap { machine in ends[machine.name].map { Outcome(machine: machine.name, end: $0) } }
    }

    private func run(
        on machine: ObservedCluster.Machine, _ credentials: CredentialStore, _ output: (RemoteProcess.Chunk) -> Void
    ) async throws -> CommandStatus {
        try machine.requireRunning()
        do {
            return try await login(to: machine, credentials, output)
        } catch SecureShellError.timedOut where timeout != nil {
            throw Diagnosis("it took longer than it may", why: "it was given --timeout", fix: "give it more")
        }
    }

    private func login(
        to machine: ObservedCluster.Machine, _ credentials: CredentialStore, _ output: (RemoteProcess.Chunk) -> Void
    ) async throws -> CommandStatus {
        let begin = ContinuousClock.now
        // A year is no deadline, and a sum that does not overflow.
        let deadline = begin + (timeout ?? .seconds(31_536_000))
        let session = try await SecureShellSession.connect(
            to: try SecureShellTarget(of: machine, credentials), deadline: min(deadline, begin + .seconds(30)))
        do {
            let status = try await session.withProcess(line, deadline: deadline) { process in
                async let writing: Void = process.writeAll(input)
                while let chunk = try await process.nextChunk() { output(chunk) }
                let status = try await process.waitForExit()
                try await writing
                return status
            }
            await session.close()
            return status
        } catch {
            await session.close()
            throw error
        }
    }
}

extension SecureShellTarget {
    /// A machine of a cluster, as its ordinary user, by the keys that the state folder has.
    package init(of machine: ObservedCluster.Machine, _ credentials: CredentialStore) throws {
        self.init(
            address: machine.address, user: machine.user,
            privateKey: .text(try credentials.userKey().privateKeyText),
            hostKey: try PublicKey(openSSH: try credentials.hostKey(ofMachine: machine.name).publicKeyWithoutComment),
            route: machine.route)
    }
}

extension ObservedCluster.Machine {
    /// Throws where nobody can log in to it because it does not run.
    package func requireRunning() throws(Diagnosis) {
        guard state != .running else { return }
        throw Diagnosis(
            "machine '\(name)' cannot be logged in to", why: "it is \(state.words)",
            fix: "clusterfile start \(name) makes it run")
    }
}
