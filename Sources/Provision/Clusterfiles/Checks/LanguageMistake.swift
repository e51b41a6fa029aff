internal import Diagnostics

/// What can be wrong with the words of a Clusterfile, whatever they are about.
enum LanguageMistake: Error {
    case notASection(title: String, kind: String, SourceLocation)
    case unknownKey(String, Section, SourceLocation)
    case missingKey(String, example: String, Section, SourceLocation)
    case noneOf([String], Section, SourceLocation)
    case severalOf([String], Section, SourceLocation)
    case alone(String, needs: String, SourceLocation)
    case misfit(
        key: String, wants: String, example: String, Complaint, kind: String, isElement: Bool, SourceLocation)
    case environment(Substitution.Fault, known: [String], SourceLocation)
}

extension LanguageMistake: Diagnosable {
    var diagnosis: Diagnosis {
        switch self {
        case .notASection(let title, let kind, let place):
            Diagnosis(
                "\(title) has keys and values", why: "this is \(kind)", fix: "write it as 'key: value' lines", at: place
            )
        case .unknownKey(let name, let section, let place): Self.unknownKey(name, section, place)
        case .missingKey(let name, let example, let section, let place):
            Diagnosis(
                "\(section.title) needs '\(name)'", why: "there is none here",
                fix: "add '\(name): \(example)', for example", at: place)
        case .noneOf(let names, let section, let place):
            Diagnosis(
                "\(section.title) needs one of \(quoted(names))", why: "there is none here", fix: "add one of them",
                at: place)
        case .severalOf(let names, let section, let place):
            Diagnosis(
                "\(section.title) has \(quoted(names))", why: "only one of them can hold",
                fix: "keep one of them", at: place)
        case .alone(let key, let needed, let place):
            Diagnosis(
                "'\(key)' stands without '\(needed)'", why: "it belongs to that one",
                fix: "add '\(needed)', or remove '\(key)'", at: place)
        case .misfit(let key, let wants, let example, let complaint, let kind, let isElement, let place):
            Self.misfit(key, wants, example, complaint, kind, isElement, place)
        case .environment(let fault, let known, let place): Self.environment(fault, known, place)
        }
    }

    private static func unknownKey(_ name: String, _ section: Section, _ place: SourceLocation) -> Diagnosis {
        let what = "unknown key '\(name)'"
        let homes = Section.outer.filter { $0.names.contains(name) }.map(\.title)
        let nearest = section.key(meantBy: name)
        if nearest == nil, !homes.isEmpty {
            return Diagnosis(
                what, why: "it is a key of \(homes.joined(separator: " and of "))", fix: "move it there", at: place)
        }
        if let nearest {
            return Diagnosis(
                what, why: "\(section.title) has no key of that name", fix: "did you mean '\(nearest)'?", at: place)
        }
        return Diagnosis(
            what, why: "the keys of \(section.title) are \(section.names.joined(separator: ", "))",
            fix: "use one of them, or remove it", at: place)
    }

    private static func misfit(
        _ key: String, _ wants: String, _ example: String, _ complaint: Complaint, _ kind: String, _ isElement: Bool,
        _ place: SourceLocation
    ) -> Diagnosis {
        let (why, instead): (String, String?) =
            switch complaint {
            case .wrongType, .reported: ("this is \(kind)", nil)
            case .wrongValue(let why, let instead): (why, instead)
            }
        let value = isElement ? instead ?? example : "\(key): \(instead ?? example)"
        return Diagnosis(
            "\(key) wants \(wants)", why: why, fix: "write '\(value)'\(instead == nil ? ", for example" : "")",
            at: place
        )
    }

    private static func environment(
        _ fault: Substitution.Fault, _ known: [String], _ place: SourceLocation
    ) -> Diagnosis {
        switch fault {
        case .unclosed:
            Diagnosis(
                "'${' is not closed", why: "it begins the name of a variable of the environment",
                fix: "write '${NAME}', or '$${' for the two characters", at: place)
        case .notAName(let name):
            Diagnosis(
                "'${\(name)}' names no variable", why: "a name is letters, digits and '_' after a letter",
                fix: "write '${NAME}' or '${NAME:-default}', or '$${' for the two characters", at: place)
        case .nested:
            Diagnosis(
                "a default holds another variable", why: "that cannot be told from where the default ends",
                fix: "set one of the two in the environment", at: place)
        case .missing(let name):
            Diagnosis(
                "the environment has no \(name)", why: "'${\(name)}' takes its value from there",
                fix: nearestName(to: name, among: known).map { "did you mean '${\($0)}'?" }
                    ?? "set it (\(name)=… clusterfile …), or give a default: '${\(name):-value}'", at: place)
        }
    }
}

/// `'a', 'b' and 'c'`.
func quoted(_ names: [String]) -> String {
    let all = names.map { "'\($0)'" }
    guard let last = all.last, all.count > 1 else { return all.first ?? "" }
    return all.dropLast().joined(separator: ", ") + " and " + last
}
