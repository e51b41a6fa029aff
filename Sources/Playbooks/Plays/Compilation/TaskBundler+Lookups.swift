internal import Bundles
internal import Diagnostics
internal import JSON
internal import Templates

// What a machine may have looked up because the playbook says it.
extension TaskBundler {
    /// Of a task: its own words, also as its loop goes round, and the templates of the files that it names.
    func noteLookups(of task: PlayTask) {
        var words = JSON.object([:])
        task.keywords.write(to: &words)
        words["name"] = .string(task.name)
        words["arguments"] = .object(task.arguments)
        grants.note(words, for: bundle.host) { iterations(task).map { scope(task, $0) } }
        if let loop = task.loop, let lookup = task.loopLookup {
            // What is not known yet is not allowed.
            let terms = try? scope(task, JSONObject()).terms(of: lookup, loop)
            if let request = terms.flatMap({ try? LookupRequest(loop: lookup, terms: $0) }) {
                grants.note(request, for: bundle.host)
            }
        }
    }

    /// Of a template that a task names.
    func noteLookups(inTemplate text: String, of task: PlayTask) {
        grants.note(.string(text), for: bundle.host, isFile: true) { iterations(task).map { scope(task, $0) } }
    }

    /// Of the machine's variables, the play's and those of roles.
    func noteLookups(of roles: [Role]) {
        let variables: JSON = [
            "host": .object(bundle.variables), "play": .object(playVariables), "extra": .object(bundle.extraVariables),
        ]
        grants.note(variables, for: bundle.host) { [scope(PlayTask(ofRole: nil), JSONObject())] }
        for role in roles {
            let own: JSON = [
                "defaults": .object(role.defaults), "variables": .object(role.variables),
                "parameters": .object(role.parameters),
            ]
            grants.note(own, for: bundle.host) { [scope(PlayTask(ofRole: role.id), JSONObject())] }
        }
    }
}

extension PlayTask {
    /// A task that does nothing, for the sake of what it sees.
    fileprivate init(ofRole role: String?) {
        self.init(
            name: "", module: "meta", arguments: JSONObject(), argumentLocations: [:],
            location: SourceLocation(file: "", line: 1, column: 1))
        keywords.role = role
    }
}
