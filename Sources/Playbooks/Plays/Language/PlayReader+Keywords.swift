internal import Bundles
internal import Diagnostics
internal import JSON
internal import Templates
internal import YAML

extension PlayReader {
    /// Takes a keyword that tasks inherit; false for any other name.
    func inherit(_ entry: YAMLNode.Entry, into surroundings: inout Surroundings) -> Bool {
        let node = entry.value
        switch entry.key.text ?? "" {
        case "when": surroundings.keywords.when += reader.conditions(node)
        case "become": surroundings.keywords.become = flag(node, "'become'")
        case "become_user": surroundings.keywords.becomeUser = value(node)
        case "vars":
            for (name, value) in reader.variables(node, "'vars'") { surroundings.keywords.variables[name] = value }
        case "environment":
            for (name, value) in reader.variables(node, "'environment'") {
                surroundings.keywords.environment[name] = value
            }
        case "ignore_errors": surroundings.keywords.ignoreErrors = flag(node, "'ignore_errors'")
        case "no_log": surroundings.keywords.noLog = flag(node, "'no_log'")
        case "check_mode": surroundings.keywords.checkMode = flag(node, "'check_mode'")
        case "diff": surroundings.keywords.diff = flag(node, "'diff'")
        case "delegate_to": surroundings.keywords.delegateTo = value(node)
        case "delegate_facts": surroundings.keywords.delegatesFacts = flag(node, "'delegate_facts'")
        case "run_once": surroundings.keywords.runsOnce = flag(node, "'run_once'")
        case "any_errors_fatal": surroundings.keywords.anyErrorIsFatal = flag(node, "'any_errors_fatal'")
        case "tags": surroundings.tags.formUnion(tags(node))
        case "notify":
            surroundings.notify += reader.texts(node, "'notify'").map {
                PlayTask.Notification(name: $0.text, location: $0.location)
            }
        case "module_defaults": readModuleDefaults(node, into: &surroundings)
        // There is one method, sudo's; names of modules need no search list.
        case "become_method", "become_flags", "become_exe", "collections", "debugger": break
        case "timeout": surroundings.keywords.timeout = value(node)
        case "throttle": surroundings.keywords.throttle = value(node)
        case "ignore_unreachable": surroundings.ignoresUnreachable = reader.flag(node, "'ignore_unreachable'") ?? false
        case "connection":
            // A machine's own tasks go over the one connection that its play has.
            if reader.text(node, "'connection'") == "local" { surroundings.keywords.delegateTo = "localhost" }
        case "remote_user", "port": problems.add(.onlyOfPlay(entry.key.text ?? "", at: entry.key.location))
        default: return false
        }
        return true
    }

    /// Takes a keyword that is the task's alone; false for any other name.
    func read(_ entry: YAMLNode.Entry, into task: inout PlayTask) -> Bool {
        let node = entry.value
        let keyword = entry.key.text ?? ""
        switch keyword {
        case "name":
            task.name = reader.text(node, "'name'") ?? ""
            reader.checkTemplates(node)
        case "loop":
            if task.loop != nil { problems.add(.twoLoops(at: entry.key.location)) }
            task.loop = value(node)
        case "loop_control": readLoopControl(node, into: &task)
        case "register": task.register = reader.text(node, "'register'")
        case "listen": task.listen = reader.texts(node, "'listen'").map(\.text)
        case "changed_when": task.changedWhen = reader.conditions(node)
        case "failed_when": task.failedWhen = reader.conditions(node)
        case "until": task.until = reader.conditions(node)
        case "retries": task.retries = value(node)
        case "delay": task.delay = value(node)
        case "async": (task.asyncSeconds, task.asyncLocation) = (value(node), entry.key.location)
        case "poll": task.pollSeconds = value(node)
        case "args": break
        default: return readLookupLoop(entry, into: &task)
        }
        return true
    }

    /// `with_PLUGIN`: a loop over what a lookup finds.
    private func readLookupLoop(_ entry: YAMLNode.Entry, into task: inout PlayTask) -> Bool {
        guard let name = entry.key.text, name.hasPrefix("with_") else { return false }
        let plugin = String(name.dropFirst(5))
        guard Lookups.isKnown(plugin) else {
            problems.add(
                .unknownKeyword(
                    name, of: "a task", nearest: Lookups.nearest(to: plugin).map { "with_" + $0 },
                    at: entry.key.location))
            return true
        }
        if task.loop != nil { problems.add(.twoLoops(at: entry.key.location)) }
        (task.loop, task.loopLookup) = (value(entry.value), Lookups.shortName(of: plugin))
        return true
    }

    /// Any value; the templates in it are parsed.
    private func value(_ node: YAMLNode) -> JSON {
        reader.checkTemplates(node)
        return node.json
    }

    /// Yes, no, or a template that says so on the machine.
    private func flag(_ node: YAMLNode, _ what: String) -> JSON {
        if let text = node.text, Template.isTemplate(text) { return value(node) }
        return .bool(reader.flag(node, what) ?? false)
    }

    /// Tags, also several in one string.
    func tags(_ node: YAMLNode) -> [String] {
        reader.texts(node, "'tags'").flatMap { tag in
            tag.text.split(separator: ",").map { String($0.drop { $0 == " " }) }
        }
    }

    private func readModuleDefaults(_ node: YAMLNode, into surroundings: inout Surroundings) {
        for entry in reader.entries(node, "'module_defaults'") {
            let name = entry.key.text ?? ""
            // Groups are of cloud modules, which there are none of here.
            if name.hasPrefix("group/") { continue }
            guard let spec = ModuleSpec.named(name) else {
                problems.add(
                    .unknownModule(
                        name, nearest: nearestName(to: name, among: ModuleSpec.names), at: entry.key.location))
                continue
            }
            for (argument, value) in reader.variables(entry.value, "defaults of '\(name)'") {
                surroundings.moduleDefaults[spec.name, default: JSONObject()][argument] = value
            }
        }
    }

    private func readLoopControl(_ node: YAMLNode, into task: inout PlayTask) {
        for entry in reader.entries(node, "'loop_control'") {
            switch entry.key.text ?? "" {
            case "loop_var": task.loopControl.variable = reader.text(entry.value, "'loop_var'") ?? "item"
            case "index_var": task.loopControl.indexVariable = reader.text(entry.value, "'index_var'")
            case "label": task.loopControl.label = value(entry.value)
            case "pause": task.loopControl.pause = value(entry.value)
            case "extended": task.loopControl.isExtended = reader.flag(entry.value, "'extended'") ?? false
            // All items are at hand either way.
            case "extended_allitems": break
            default:
                problems.add(
                    unknownKeyword(
                        entry, of: "'loop_control'",
                        among: ["loop_var", "index_var", "label", "pause", "extended", "extended_allitems"]))
            }
        }
    }
}
