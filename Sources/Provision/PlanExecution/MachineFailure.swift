package import Diagnostics
package import JSON

/// A machine that could not be made, reached or converged; it is kept as it is.
package struct MachineFailure: Hashable, Sendable {
    package var machine: String
    /// What it was at.
    package var phase: MachinePhase
    package var diagnoses: [Diagnosis]
    /// What was found of it afterwards; nil where there is no such machine.
    package var evidence: MachineEvidence?

    package init(
        machine: String, phase: MachinePhase, diagnoses: [Diagnosis], evidence: MachineEvidence? = nil
    ) {
        self.machine = machine
        self.phase = phase
        self.diagnoses = diagnoses
        self.evidence = evidence
    }

    /// What happened, what there is to see, and what to check, for people.
    package var text: String {
        var lines = ["machine '\(machine)' failed while \(phase.rawValue):"]
        lines += diagnoses.flatMap { $0.rendered.split(separator: "\n").map { "  " + $0 } }
        lines += evidence?.lines.map { "  " + $0 } ?? []
        return lines.joined(separator: "\n")
    }

    /// The same for scripts.
    package var json: JSON {
        var json: JSON = [
            "phase": .string(phase.rawValue), "errors": JSON(diagnoses.map(\.rendered)),
        ]
        if let evidence { json["evidence"] = evidence.json }
        return json
    }
}
