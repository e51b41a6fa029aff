import Clusterfiles
import Diagnostics
import Inventories
import JSON
import Plays

/// The steps of `provision` as playbooks: first all machines' first steps, then their second ones, and so on.
struct ProvisionPlaybooks {
    var spec: ClusterSpec
    /// The Clusterfile's path and folder, to which its paths are relative.
    var clusterfile: String
    var folder: String
    /// Steps that are carried out only since they were asked for; all but those with `run: never` where it is empty.
    var asked: Set<String> = []

    /// The playbooks in the order in which they are to run.
    func compiled(_ inventory: Inventory) throws(Diagnoses) -> [CompiledPlaybook] {
        var playbooks: [CompiledPlaybook] = []
        var mistakes: [Diagnosis] = []
        for (step, machines) in rounds {
            do throws(Diagnoses) {
                playbooks.append(try compiled(step, inventory).limited(to: machines))
            } catch {
                mistakes += error.all
            }
        }
        guard mistakes.isEmpty else { throw Diagnoses(mistakes) }
        return playbooks
    }

    /// Steps in order, each with the machines that have it at that place.
    var rounds: [(step: ProvisionStep, machines: Set<String>)] {
        let lists = spec.machines.map { machine in
            (
                machine.name,
                spec.steps(of: machine).filter { asked.isEmpty ? $0.run != .never : asked.contains($0.name) }
            )
        }
        var rounds: [(step: ProvisionStep, machines: Set<String>)] = []
        for number in 0..<(lists.map(\.1.count).max() ?? 0) {
            var inRound: [ProvisionStep: Set<String>] = [:]
            for (machine, steps) in lists where steps.count > number {
                inRound[steps[number], default: []].insert(machine)
            }
            let ordered = inRound.sorted { ($0.value.min() ?? "") < ($1.value.min() ?? "") }
            rounds += ordered.map { (step: $0.key, machines: $0.value) }
        }
        return rounds
    }

    private func compiled(_ step: ProvisionStep, _ inventory: Inventory) throws(Diagnoses) -> CompiledPlaybook {
        let once = step.run == .once && asked.isEmpty ? step.name : nil
        switch step.work {
        case .playbook(let path): return try CompiledPlaybook(resolved(path), inventory: inventory, onceAs: once)
        case .shell(let lines):
            return try play(
                step, [["name": .string(step.name), "ansible.builtin.shell": ["cmd": .string(Self.verbatim(lines))]]],
                inventory, once)
        case .script(let path, let arguments):
            let place = "/var/lib/clusterfile/scripts/\(step.name.replacing("/", with: "_"))"
            let command = ([place] + arguments).map { JSON.string(Self.verbatim($0)) }
            return try play(
                step,
                [
                    [
                        "name": .string("\(step.name) (folder)"),
                        "ansible.builtin.file": [
                            "path": "/var/lib/clusterfile/scripts", "state": "directory", "mode": "0700",
                        ],
                    ],
                    [
                        "name": .string("\(step.name) (script)"),
                        "ansible.builtin.copy": [
                            "src": .string(resolved(path)), "dest": .string(place), "mode": "0700",
                        ],
                    ],
                    ["name": .string(step.name), "ansible.builtin.command": ["argv": .array(command)]],
                ], inventory, once)
        }
    }

    private func play(_ step: ProvisionStep, _ tasks: [JSON], _ inventory: Inventory, _ once: String?)
        throws(Diagnoses) -> CompiledPlaybook
    {
        let play: JSON = [
            "name": .string(step.name), "hosts": "all", "become": true, "gather_facts": false, "tasks": .array(tasks),
        ]
        // JSON is YAML.
        return try CompiledPlaybook(
            text: JSON.array([play]).text, path: clusterfile, inventory: inventory, onceAs: once)
    }

    /// A step's text is no template: what looks like one is the shell's.
    static func verbatim(_ text: String) -> String {
        guard ["{{", "{%", "{#"].contains(where: text.contains) else { return text }
        return "{% raw %}" + text + "{% endraw %}"
    }

    private func resolved(_ path: String) -> String { path.hasPrefix("/") ? path : folder + "/" + path }
}
