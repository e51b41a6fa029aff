import Foundation
import JSON

/// What `Playbooks/machine-state` saw of a machine after a run, and what lies in the folder of who ran the playbook.
struct MachineState: Sendable {
    /// Paths that changed since the snapshot.
    let changedPaths: Set<String>
    /// Units, settings, packages and so on: `unit ssh.service` and what it is like.
    private(set) var things: [String: String] = [:]

    init(look text: String, controllerFolder: URL) throws {
        let seen = try JSON(parsing: text)
        changedPaths = Set((seen["changed"]?.array ?? []).compactMap(\.string))
        for section in seen.object?.members ?? [] {
            for thing in section.value.object?.members ?? [] {
                things["\(section.key) \(thing.key)"] = thing.value.string
            }
        }
        for path in try FileManager.default.subpathsOfDirectory(atPath: controllerFolder.path) {
            let file = controllerFolder.appendingPathComponent(path)
            let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int ?? 0
            // A folder has no content.
            let content = try? Data(contentsOf: file)
            things["fetched \(path)"] = String(mode, radix: 8) + " " + (content?.base64EncodedString() ?? "folder")
        }
    }

    /// Takes in what `machine-state describe` answered.
    mutating func describe(_ answer: String) throws {
        for file in try JSON(parsing: answer).object?.members ?? [] {
            things["file \(file.key)"] = file.value.string
        }
    }

    /// What is not the same in another machine, and how it is here and there.
    func differences(from other: MachineState) -> [String: (here: String, there: String)] {
        Set(things.keys).union(other.things.keys).reduce(into: [:]) { differences, thing in
            let (here, there) = (things[thing] ?? "nothing", other.things[thing] ?? "nothing")
            if here != there { differences[thing] = (here, there) }
        }
    }
}
