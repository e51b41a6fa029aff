package import JSON

/// What an expression yields: a JSON value, nothing yet, or something that is looked into by member.
package enum TemplateValue {
    case json(JSON)
    /// The name or path that has no value.
    case undefined(String)
    case object(any TemplateObject)
}

/// A value whose members are made when they are asked for, such as `hostvars` or a loop's state.
package protocol TemplateObject {
    /// The member of that name, or nil where there is none.
    func member(_ name: String) throws -> TemplateValue?
    /// The members' names, in order.
    var memberNames: [String] { get }
}

/// Where a template's names get their values.
package protocol TemplateScope {
    /// The value of a name, or nil where it is undefined.
    func value(of name: String) throws -> TemplateValue?
}

/// Names with fixed values.
package struct FixedScope: TemplateScope {
    private let values: JSONObject

    package init(_ values: JSONObject) { self.values = values }

    package func value(of name: String) -> TemplateValue? { values[name].map { .json($0) } }
}

extension TemplateValue {
    /// The value as JSON; an object is read whole.
    func resolved() throws -> JSON {
        switch self {
        case .json(let value): return value
        case .undefined(let name): throw TemplateProblemThrown(.undefined(name))
        case .object(let object):
            var members = JSONObject()
            for name in object.memberNames { members[name] = try object.member(name)?.resolved() }
            return .object(members)
        }
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
