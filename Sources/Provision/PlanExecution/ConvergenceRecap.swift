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
    }

    package var machines: [Machine]

    /// One line a machine, in Ansible's form.
    package var text: String {
        let width = machines.map(\.name.count).max() ?? 0
        return machines.map { machine in
            machine.name + String(repeating: " ", count: width - machine.name.count)
                + " : ok=\(machine.ok) changed=\(machine.changed) failed=\(machine.failed) skipped=\(machine.skipped)"
        }.joined(separator: "\n")
    }

    /// An object with a member a machine.
    package var json: JSON {
        .object(
            JSONObject(
                machines.map { machine in
                    let counts: JSON = [
                        "ok": JSON(machine.ok), "changed": JSON(machine.changed), "failed": JSON(machine.failed),
                        "skipped": JSON(machine.skipped),
                    ]
                    return (machine.name, counts)
                }))
    }
}
