package import Diagnostics
package import JSON

/// How the playbook ended on every machine, as Ansible counts it.
package struct ConvergenceRecap: Hashable, Sendable {
    /// One machine's counts; a changed task is also ok.
    package struct Machine: Hashable, Sendable {
        package var name: String
        package var ok: Int
        package var changed: Int
        package var failed: Int
        package var skipped: Int
        /// 1 where it could not be made or reached.
        package var unreachable: Int
    }

    package var machines: [Machine]
    /// The machines that failed; they are kept.
    package var failures: [MachineFailure]
    /// What failed for no single machine.
    package var problems: [Diagnosis] = []
    /// How many machines are as they were wanted.
    package var readyCount = 0

    /// Everything is as it was wanted.
    package var succeeded: Bool { failures.isEmpty && problems.isEmpty }

    /// One line a machine, in Ansible's form.
    package var text: String {
        let width = machines.map(\.name.count).max() ?? 0
        return machines.map { machine in
            machine.name + String(repeating: " ", count: width - machine.name.count)
                + " : ok=\(machine.ok) changed=\(machine.changed) failed=\(machine.failed) skipped=\(machine.skipped)"
                + (machine.unreachable > 0 ? " unreachable=\(machine.unreachable)" : "")
        }.joined(separator: "\n")
    }

    /// An object with a member a machine.
    package var json: JSON {
        .object(
            JSONObject(
                machines.map { machine in
                    let counts: JSON = [
                        "ok": JSON(machine.ok), "changed": JSON(machine.changed), "failed": JSON(machine.failed),
                        "skipped": JSON(machine.skipped), "unreachable": JSON(machine.unreachable),
                    ]
                    return (machine.name, counts)
                }))
    }
}
