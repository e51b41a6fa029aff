package import Diagnostics

/// What is wrong with an inventory's text.
package enum InventoryError: Diagnosable, Hashable {
    case unknownSection(String, at: SourceLocation)
    case notASetting(String, at: SourceLocation)
    case unclosedQuote(at: SourceLocation)
    case circle(String, at: SourceLocation)
    case hostAsChild(String, at: SourceLocation)
    case badRange(String, at: SourceLocation)

    package var diagnosis: Diagnosis {
        switch self {
        case .unknownSection(let name, let place):
            Diagnosis(
                "'\(name)' is no kind of section", fix: "write [group], [group:vars] or [group:children]", at: place)
        case .notASetting(let text, let place):
            Diagnosis("'\(text)' is not a setting", fix: "write name=value", at: place)
        case .unclosedQuote(let place): Diagnosis("a quote is not closed", at: place)
        case .circle(let name, let place): Diagnosis("the group '\(name)' is within itself", at: place)
        case .hostAsChild(let text, let place):
            Diagnosis("'\(text)' is not a group's name", why: "a :children section holds one group a line", at: place)
        case .badRange(let text, let place):
            Diagnosis("'\(text)' is not a range of hosts", fix: "write it as node[1:3] or node[01:12]", at: place)
        }
    }
}
