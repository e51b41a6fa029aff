internal import JSON
internal import Templates

/// What the controller keeps for the run: `group_by`, `add_host`, `set_stats`.
enum RunModules {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        var arguments = context.arguments
        if context.module == "set_stats", let data = arguments["data"]?.object {
            arguments["data"] = .object(
                JSONObject(try data.map { (try context.evaluate(.string($0.key)).pythonText, $0.value) }))
        }
        return Proposal(try context.keep(arguments).object ?? JSONObject())
    }
}
