package import Diagnostics

/// A place within a template's text; lines and columns count from 1, columns in bytes.
package struct TemplatePosition: Hashable, Sendable {
    package var line: Int
    package var column: Int
}

/// What is wrong with a template, or went wrong while it was rendered.
package enum TemplateProblem: Hashable, Sendable {
    case syntax(String)
    case unknownFilter(String, nearest: String?)
    case unknownTest(String, nearest: String?)
    case unknownFunction(String, nearest: String?)
    case unknownLookup(String, nearest: String?)
    case lookupUnavailable(String)
    case missingTemplate(String)
    case undefined(String)
    /// The name gets its value on the machine only: a result, a fact, a loop's item.
    case knownOnMachineOnly(String)
    case recursion(String)
    case badArgument(of: String, reason: String)
    case typeMismatch(String)
}

/// A problem and where in which text it is.
package struct TemplateError: Diagnosable, Hashable {
    package var problem: TemplateProblem
    package var position: TemplatePosition?
    /// Where the template's text begins, where that is known.
    package var origin: SourceLocation?

    package init(_ problem: TemplateProblem, at position: TemplatePosition? = nil, origin: SourceLocation? = nil) {
        self.problem = problem
        self.position = position
        self.origin = origin
    }

    /// Makes an error of a problem whose place nobody can tell.
    static func placeless<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let thrown as TemplateProblemThrown {
            throw TemplateError(thrown.problem)
        }
    }

    package var diagnosis: Diagnosis {
        let (what, why, fix) = texts
        return Diagnosis(what, why: why, fix: fix, at: location)
    }

    private var location: SourceLocation? {
        guard let origin, let position else { return origin }
        return SourceLocation(
            file: origin.file, line: origin.line + position.line - 1,
            column: position.line == 1 ? origin.column + position.column - 1 : position.column)
    }

    private var texts: (what: String, why: String?, fix: String?) {
        switch problem {
        case .syntax(let reason): ("this template cannot be read", reason, nil)
        case .unknownFilter(let name, let nearest): Self.unknown("filter", name, nearest)
        case .unknownTest(let name, let nearest): Self.unknown("test", name, nearest)
        case .unknownFunction(let name, let nearest): Self.unknown("function", name, nearest)
        case .unknownLookup(let name, let nearest): Self.unknown("lookup", name, nearest)
        case .lookupUnavailable(let name):
            (
                "the lookup '\(name)' is not available here", "only the controller can answer it",
                "put its result into a variable"
            )
        case .missingTemplate(let name): ("the template '\(name)' is not there", nil, nil)
        case .undefined(let name):
            ("'\(name)' is undefined", nil, "define it, or give it a default: \(name) | default(…)")
        case .knownOnMachineOnly(let name):
            ("'\(name)' is not known here", "it gets its value on the machine, while the tasks run", nil)
        case .recursion(let name): ("the variable '\(name)' refers to itself", nil, "break the circle of its templates")
        case .badArgument(let name, let reason): ("'\(name)' cannot do this", reason, nil)
        case .typeMismatch(let reason): (reason, nil, nil)
        }
    }

    private static func unknown(_ kind: String, _ name: String, _ nearest: String?) -> (String, String?, String?) {
        ("unknown \(kind) '\(name)'", nil, nearest.map { "did you mean '\($0)'?" })
    }
}
