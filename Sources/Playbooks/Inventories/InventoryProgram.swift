internal import Diagnostics
internal import JSON
internal import Linux

/// An executable inventory: `--list` answers groups, and `_meta` or `--host NAME` each host's variables.
struct InventoryProgram {
    var path: String
    var environment: [String]
    var seconds: Int

    func read(source: String?, into inventory: inout Inventory) throws(Diagnoses) {
        do throws(InventoryError) {
            let listing = try answer("--list")
            guard let groups = listing.object else { throw failed("--list", "answers no JSON object", "") }
            var hosts: [String] = []
            for (name, value) in groups where name != "_meta" {
                hosts += try take(name, value, source, into: &inventory)
            }
            let known = listing["_meta"]?["hostvars"]
            if let known, known.object == nil { throw failed("--list", "has a 'hostvars' that is no object", "") }
            var seen: Set<String> = []
            for host in hosts where seen.insert(host).inserted {
                let answered = try known == nil ? answer("--host \(host)") : known?[host] ?? [:]
                guard let variables = answered.object else {
                    throw failed("--list", "has variables of '\(host)' that are no object", "")
                }
                inventory.add(Inventory.Host(host, variables: variables))
            }
        } catch {
            throw Diagnoses([error.diagnosis])
        }
    }

    /// Adds a group and answers its hosts.
    private func take(
        _ name: String, _ value: JSON, _ source: String?, into inventory: inout Inventory
    ) throws(InventoryError) -> [String] {
        var group = Inventory.Group(name)
        if let members = value.object {
            if ["hosts", "vars", "children"].contains(where: { members[$0] != nil }) {
                group.hosts = try names(members["hosts"], "the hosts of '\(name)'")
                group.children = try names(members["children"], "the children of '\(name)'")
                guard let variables = (members["vars"] ?? [:]).object else {
                    throw failed("--list", "has variables of '\(name)' that are no object", "")
                }
                group.variables = variables
            } else {
                // Neither: a host of the group's name, with its variables.
                group.hosts = [name]
                group.variables = members
            }
        } else {
            group.hosts = try names(value, "the hosts of '\(name)'")
        }
        for host in group.hosts { inventory.add(Inventory.Host(host, source: source)) }
        for child in group.children where inventory.groupsAround([name]).contains(child) {
            throw failed("--list", "has the group '\(child)' within itself", "")
        }
        inventory.add(group)
        return group.hosts
    }

    private func names(_ value: JSON?, _ what: String) throws(InventoryError) -> [String] {
        guard let value else { return [] }
        let names = value.array?.compactMap(\.string)
        guard let names, names.count == value.array?.count else {
            throw failed("--list", "has \(what) as something else than a list of names", "")
        }
        return names
    }

    private func answer(_ arguments: String) throws(InventoryError) -> JSON {
        let run: CapturedProgram
        do throws(LinuxError) {
            let words = arguments.split(separator: " ", maxSplits: 1).map(String.init)
            run = try CapturedProgram(running: [path] + words, environment: environment, within: seconds)
        } catch {
            throw failed(arguments, "cannot be run", error.diagnosis.why ?? "")
        }
        if run.isOverdue { throw failed(arguments, "did not end within \(seconds) s", run.errors) }
        if run.status != WaitStatus(0) {
            let end = run.status.signal.map { "was ended by signal \($0)" } ?? "failed with status \(run.status.code)"
            throw failed(arguments, end, run.errors)
        }
        if run.output.allSatisfy({ $0 == 10 || $0 == 32 }), arguments != "--list" { return [:] }
        do throws(JSONSyntaxError) {
            return try JSON(parsing: run.output)
        } catch {
            throw failed(arguments, "answers no JSON", [error.description, run.errors].joined(separator: "\n"))
        }
    }

    private func failed(_ arguments: String, _ why: String, _ errors: String) -> InventoryError {
        var errors = errors[...]
        while errors.last?.isNewline == true { errors.removeLast() }
        return .program(path, arguments: arguments, why: why, errors: String(errors))
    }
}
