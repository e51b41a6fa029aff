package import Diagnostics

/// What is wrong with an inventory.
package enum InventoryError: Diagnosable, Hashable {
    case noSuchSource(String)
    case unreadable(String, why: String)
    case unknownSection(String, at: SourceLocation)
    case notASetting(String, at: SourceLocation)
    case unclosedQuote(at: SourceLocation)
    case unfinishedEscape(at: SourceLocation)
    case circle(String, at: SourceLocation)
    case groupWithinItself(String, around: String)
    case hostAsChild(String, at: SourceLocation)
    case undefinedGroup(String, at: SourceLocation)
    case badHost(String, at: SourceLocation)
    case badRange(String, at: SourceLocation)
    case wrongShape(what: String, wanted: String, found: String, at: SourceLocation)
    case plugin(String, at: SourceLocation)
    case notExecutable(String)
    case program(String, arguments: String, why: String, errors: String)

    package var diagnosis: Diagnosis {
        switch self {
        case .noSuchSource(let path):
            Diagnosis(
                "there is no inventory '\(path)'",
                fix: "name a file or folder that is there; a list of hosts has a comma in it, '\(path),'")
        case .unreadable(let path, let why): Diagnosis("the inventory \(path) cannot be read", why: why)
        case .unknownSection(let name, let place):
            Diagnosis(
                "'\(name)' is no kind of section", fix: "write [group], [group:vars] or [group:children]", at: place)
        case .notASetting(let text, let place):
            Diagnosis("'\(text)' is not a setting", fix: "write name=value", at: place)
        case .unclosedQuote(let place): Diagnosis("a quote is not closed", at: place)
        case .unfinishedEscape(let place): Diagnosis("nothing follows the last backslash", at: place)
        case .circle(let name, let place): Diagnosis("the group '\(name)' is within itself", at: place)
        case .groupWithinItself(let name, let outer):
            Diagnosis("the group '\(name)' cannot be within '\(outer)'", why: "that would put it within itself")
        case .hostAsChild(let text, let place):
            Diagnosis("'\(text)' is not a group's name", why: "a :children section holds one group a line", at: place)
        case .undefinedGroup(let name, let place):
            Diagnosis(
                "there is no group '\(name)'", fix: "add a section [\(name)], which may be empty, or mend the name",
                at: place)
        case .badHost(let text, let place): Diagnosis("'\(text)' is not a host", at: place)
        case .badRange(let text, let place):
            Diagnosis("'\(text)' is not a range of hosts", fix: "write it as node[1:3] or node[01:12]", at: place)
        case .wrongShape(let what, let wanted, let found, let place):
            Diagnosis("\(what) is \(wanted), and this is \(found)", at: place)
        case .plugin(let name, let place):
            Diagnosis(
                "the inventory plugin '\(name)' cannot be used", why: "inventory plugins are Python programs",
                fix: "write its hosts to a file with `ansible-inventory --list`, or use an executable inventory",
                at: place)
        case .notExecutable(let path):
            Diagnosis(
                "\(path) begins with '#!' but may not be executed", fix: "chmod +x \(path)",
                at: SourceLocation(file: path, line: 1, column: 1))
        case .program(let path, let arguments, let why, let errors):
            Diagnosis(
                "the inventory program '\(path) \(arguments)' \(why)", why: errors.isEmpty ? nil : errors,
                at: SourceLocation(file: path, line: 1, column: 1))
        }
    }
}
