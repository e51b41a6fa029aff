/// What a value looks like: the data behind the JSON Schema, the reference and the tests' random documents.
indirect enum Form: Sendable {
    /// A string; the pattern is one of ECMA 262, the examples are as they stand in YAML without quotes.
    case text(pattern: String?, examples: [String])
    case number(ClosedRange<Int>)
    case boolean
    case choice([String])
    case list(Form, mayBeEmpty: Bool)
    /// A mapping from names that the user chooses.
    case names(Form, examples: [String])
    case section(Section)
    case either([Form])
    case anything
}

/// Why a value does not fit its shape.
enum Complaint: Error {
    /// It is a list where a size should be, say; the node's kind says the rest.
    case wrongType
    /// It has the right type and another fault; `instead` is what to write, where that can be told.
    case wrongValue(why: String, instead: String?)
    /// What is wrong was reported at its own place.
    case reported
}
