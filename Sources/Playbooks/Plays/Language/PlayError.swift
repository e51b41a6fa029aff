package import Diagnostics

/// What is wrong with a playbook, a role or what they refer to.
package enum PlayError: Diagnosable, Hashable {
    case unreadable(path: String, reason: String, at: SourceLocation?)
    case unwritable(path: String, reason: String)
    case wrongShape(what: String, wanted: String, found: String, at: SourceLocation)
    case unknownKeyword(String, of: String, nearest: String?, at: SourceLocation)
    case notSupported(String, at: SourceLocation)
    case onlyOfPlay(String, at: SourceLocation)
    case noModule(at: SourceLocation)
    case twoLoops(at: SourceLocation)
    case twoModules(String, String, at: SourceLocation)
    case unknownModule(String, nearest: String?, at: SourceLocation)
    case unknownArgument(String, module: String, nearest: String?, at: SourceLocation)
    case missingArgument(String, module: String, at: SourceLocation)
    case wrongArgument(String, module: String, wanted: String, at: SourceLocation)
    case missingKeyword(String, of: String, at: SourceLocation)
    case unknownRole(String, looked: [String], nearest: String?, at: SourceLocation)
    case playbookCircle(String, at: SourceLocation)
    case roleCircle(String, at: SourceLocation)
    case unknownHandler(String, nearest: String?, at: SourceLocation)
    case unknownHosts(String, nearest: String?, at: SourceLocation)
    case fileNotFound(String, looked: [String], at: SourceLocation)
    case fileDependsOnMachine(String, module: String, at: SourceLocation)
    case notInBackground(module: String, at: SourceLocation)
    case destinationDependsOnMachine(module: String, at: SourceLocation)
    case fetchedElsewhere(String)
    case folderAsSource(String, at: SourceLocation)
    case importOfTemplate(at: SourceLocation)
    case fileElsewhere(String)
    case lookupElsewhere(String)
    case keptUnasked(module: String)
    case reachChosenByMachine(String)
    case templateOfMachine(module: String)
    /// An encrypted file that cannot be opened, as the vault says it.
    case locked([Diagnosis])

    package var diagnosis: Diagnosis {
        switch self {
        case .locked(let causes): causes.first ?? Diagnosis("a file cannot be decrypted")
        case .unreadable(let path, let reason, let place): Diagnosis("\(path) cannot be read", why: reason, at: place)
        case .unwritable(let path, let reason): Diagnosis("\(path) cannot be written", why: reason)
        case .wrongShape(let what, let wanted, let found, let place):
            Diagnosis("\(what) must be \(wanted), and this is \(found)", at: place)
        case .unknownKeyword(let name, let owner, let nearest, let place):
            Diagnosis("\(owner) has no keyword '\(name)'", fix: Self.meant(nearest), at: place)
        case .notSupported(let name, let place): Diagnosis("'\(name)' is not supported", at: place)
        case .onlyOfPlay(let name, let place):
            Diagnosis(
                "'\(name)' is a keyword of plays here", why: "a play has one connection to each of its hosts",
                fix: "say it of the play; for another user's rights, say become and become_user", at: place)
        case .noModule(let place):
            Diagnosis("this task names no module", fix: "say what to do, such as 'copy:' or 'command:'", at: place)
        case .twoLoops(let place): Diagnosis("this task has two loops", fix: "make two tasks of it", at: place)
        case .twoModules(let one, let other, let place):
            Diagnosis("this task names two modules, '\(one)' and '\(other)'", fix: "make two tasks of it", at: place)
        case .unknownModule(let name, let nearest, let place):
            Diagnosis("unknown module '\(name)'", fix: Self.meant(nearest), at: place)
        case .unknownArgument(let name, let module, let nearest, let place):
            Diagnosis("'\(module)' takes no '\(name)'", fix: Self.meant(nearest), at: place)
        case .missingArgument(let name, let module, let place): Diagnosis("'\(module)' needs '\(name)'", at: place)
        case .wrongArgument(let name, let module, let wanted, let place):
            Diagnosis("'\(name)' of '\(module)' must be \(wanted)", at: place)
        case .missingKeyword(let name, let owner, let place): Diagnosis("\(owner) needs '\(name)'", at: place)
        case .unknownRole(let name, let looked, let nearest, let place):
            Diagnosis(
                "there is no role '\(name)'", why: "looked in \(looked.joined(separator: ", "))",
                fix: Self.meant(nearest), at: place)
        case .playbookCircle(let name, let place): Diagnosis("the playbook '\(name)' imports itself", at: place)
        case .roleCircle(let name, let place): Diagnosis("the role '\(name)' depends on itself", at: place)
        case .unknownHandler(let name, let nearest, let place):
            Diagnosis("no handler is called '\(name)' or listens to it", fix: Self.meant(nearest), at: place)
        case .unknownHosts(let name, let nearest, let place):
            Diagnosis("the inventory has no host or group '\(name)'", fix: Self.meant(nearest), at: place)
        case .fileNotFound(let path, let looked, let place):
            Diagnosis("there is no file '\(path)'", why: "looked at \(looked.joined(separator: ", "))", at: place)
        case .fileDependsOnMachine(let name, let module, let place):
            Diagnosis(
                "'src' of '\(module)' must be known before the play runs",
                why: "'\(name)' gets its value on the machine", at: place)
        case .fileElsewhere(let path):
            Diagnosis(
                "the machine does not get \(path)",
                why: "its name was made on the machine, and it lies outside of the playbook's folder and its roles",
                fix: "put it into the playbook's folder, or name it without facts and results")
        case .lookupElsewhere(let plugin):
            Diagnosis(
                "the machine does not get what it looks up with '\(plugin)'",
                why: "what it asks for was made of what it said itself, and might be anything",
                fix: "make the lookup's arguments of variables, without facts and results")
        case .keptUnasked(let module): Diagnosis("no task of the playbook is one of '\(module)'")
        case .reachChosenByMachine(let name):
            Diagnosis(
                "a machine does not choose '\(name)' of a host that it adds",
                why: "it says what this controller runs or reads to get there, and is made of what the machine said",
                fix: "make it of variables, without facts and results")
        case .templateOfMachine(let module):
            Diagnosis(
                "what '\(module)' adds to the inventory holds a template",
                why: "a machine has rendered it already, and this controller would do so again")
        case .notInBackground(let module, let place):
            Diagnosis(
                "'\(module)' cannot go on in the background", why: "it works with this controller",
                fix: "leave 'async' out", at: place)
        case .fetchedElsewhere(let path):
            Diagnosis(
                "a machine's file does not go to \(path)",
                why: "that is not below the folder that the task names in 'dest'")
        case .destinationDependsOnMachine(let module, let place):
            Diagnosis(
                "'dest' of '\(module)' must begin with a folder that is known before the play runs",
                why: "a machine does not choose where on this controller its files lie",
                fix: "begin it with the folder's name, or with a variable of the inventory or the playbook", at: place)
        case .importOfTemplate(let place):
            Diagnosis(
                "what is imported must be known before the play runs", why: "this name is a template",
                fix: "include it instead: include_tasks or include_role", at: place)
        case .folderAsSource(let path, let place):
            Diagnosis("'\(path)' is a folder", fix: "name a file in it", at: place)
        }
    }

    private static func meant(_ nearest: String?) -> String? { nearest.map { "did you mean '\($0)'?" } }
}
