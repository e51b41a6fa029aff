/// One piece of a template's body.
indirect enum Statement: Sendable {
    case text(String)
    case output(Expression)
    /// `do`: evaluated for what it does.
    case evaluate(Expression)
    case branch([(condition: Expression, body: [Statement])], otherwise: [Statement])
    case loop(Loop)
    case leave
    case next
    case assign(AssignmentTarget, Expression)
    case assignMember(String, String, Expression)
    case assignBlock(String, [Statement], filters: [FilterCall])
    case filtered([Statement], filters: [FilterCall])
    case scoped([(name: String, value: Expression)], [Statement])
    case macro(MacroDefinition)
    /// `call`: a call whose `caller()` is the body.
    case callBlock(Expression, caller: MacroDefinition)
    case block(Block)
    case extends(Expression)
    case include(Expression, ignoresMissing: Bool, withContext: Bool)
    case importModule(Expression, as: String, withContext: Bool)
    case importNames(Expression, [(name: String, alias: String)], withContext: Bool)

    /// A filter that a text goes through.
    struct FilterCall: Sendable {
        var name: String
        var arguments: Expression.Arguments
        var offset: Int
    }

    struct Loop: Sendable {
        var target: AssignmentTarget
        var sequence: Expression
        var condition: Expression?
        var isRecursive: Bool
        var body: [Statement]
        var otherwise: [Statement]
        var offset: Int
    }

    struct Block: Sendable {
        var name: String
        /// Whether it sees the names of the loops around it.
        var isScoped: Bool
        var isRequired: Bool
        var body: [Statement]
        var offset: Int
    }
}

/// What a value is given to: one name, or as many as it has elements.
indirect enum AssignmentTarget: Sendable {
    case name(String)
    case tuple([AssignmentTarget])
}

/// A macro as it was written.
struct MacroDefinition: Sendable {
    var name: String
    var parameters: [(name: String, fallback: Expression?)]
    var body: [Statement]
    /// Which of `varargs`, `kwargs` and `caller` its body mentions: they decide what it may be called with.
    var mentions: Set<String>
    var offset: Int
}
