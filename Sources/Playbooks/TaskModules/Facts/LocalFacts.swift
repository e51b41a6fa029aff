internal import Glibc
internal import INI
internal import JSON

/// Facts that the machine's owner wrote: `NAME.fact` in JSON, in INI, or a program that answers one of them.
enum LocalFacts {
    static func collect(_ request: Facts.Request) -> JSONObject {
        let names = FactFile.names(request.localFolder).filter { $0.hasSuffix(".fact") && !$0.hasPrefix(".") }
        let facts = names.map { name in
            (name.replacing(".fact", with: ""), fact(request.localFolder + "/" + name, request.environment))
        }
        return ["local": .object(JSONObject(facts))]
    }

    /// What a file says; of one that says nothing, why, as Ansible has it.
    private static func fact(_ path: String, _ environment: [String: String]) -> JSON {
        let text: String
        if access(path, X_OK) == 0 {
            do {
                let result = try Spawn(arguments: [path], environment: environment).run()
                guard result.status == 0 else {
                    return .string(
                        "Failure executing fact script (\(path)), rc: \(result.status), err: \(result.errorText)")
                }
                text = result.outputText
            } catch {
                return .string("Could not execute fact script (\(path)): \(error)")
            }
        } else {
            text = FactFile.text(path) ?? ""
        }
        // What is no JSON is INI, or nothing.
        if let value = try? JSON(parsing: text) { return value }
        return sections(text).map { .object($0) }
            ?? .string("error loading facts as JSON or ini - please check content: \(path)")
    }

    private static func sections(_ text: String) -> JSONObject? {
        // What is no INI either has no sections.
        guard let file = try? INIFile(text) else { return nil }
        return JSONObject(
            file.sections.map { section in
                (section.name, .object(JSONObject(section.entries.map { ($0.name, .string($0.value)) })))
            })
    }
}
