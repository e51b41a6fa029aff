package import JSON

/// What an expression yields: a JSON value, nothing yet, or something that is looked into by member.
package enum TemplateValue {
    case json(JSON)
    /// The name or path that has no value.
    case undefined(String)
    case object(any TemplateObject)

    /// What an `if` without `else` yields: undefined, and yet written as an empty text.
    static var nothing: TemplateValue { .undefined("") }
}

/// A value whose members are made when they are asked for, such as `hostvars` or a loop's state.
package protocol TemplateObject {
    /// The member of that name, or nil where there is none.
    func member(_ name: String) throws -> TemplateValue?
    /// The members' names, in order.
    var memberNames: [String] { get }
}

/// What is called: a macro, a loop, `super`.
protocol TemplateCallable: TemplateObject {
    func call(_ arguments: CallArguments, _ evaluator: Evaluator) throws -> TemplateValue
}

extension TemplateCallable {
    func member(_ name: String) throws -> TemplateValue? { nil }
    var memberNames: [String] { [] }
}

/// An object that is one value where it is written, such as a time.
protocol TemplateScalar: TemplateObject {
    var json: JSON { get }
}

extension TemplateValue {
    /// The value as JSON; an object is read whole.
    func resolved() throws -> JSON {
        switch self {
        case .json(let value): return value
        case .undefined(""): return ""
        case .undefined(let name): throw TemplateProblemThrown(.undefined(name))
        case .object(let object):
            if let scalar = object as? any TemplateScalar { return scalar.json }
            if object is any TemplateCallable {
                throw TemplateProblemThrown(.typeMismatch("a macro is called: add ()"))
            }
            var members = JSONObject()
            for name in object.memberNames { members[name] = try object.member(name)?.resolved() }
            return .object(members)
        }
    }

    /// The value for a computation, which what an `if` without `else` yields cannot be part of.
    func existing() throws -> JSON {
        if case .undefined("") = self {
            throw TemplateProblemThrown(.undefined("the value of an 'if' without 'else'"))
        }
        return try resolved()
    }

    var isUndefined: Bool { if case .undefined = self { true } else { false } }
}

/// A problem met below the evaluator, which adds the place.
struct TemplateProblemThrown: Error {
    var problem: TemplateProblem

    init(_ problem: TemplateProblem) { self.problem = problem }

    static func bad(_ name: String, _ reason: String) -> TemplateProblemThrown {
        TemplateProblemThrown(.badArgument(of: name, reason: reason))
    }
}
