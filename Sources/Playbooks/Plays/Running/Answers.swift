internal import Bundles
internal import Diagnostics
internal import Inventories
internal import JSON
internal import Templates

extension CompiledPlaybook {
    /// What the controller says to a machine's question.
    func answer(to ask: Ask, of host: String) -> Answer {
        do {
            switch ask {
            case .file(let name, let purpose, let role):
                return .value(try file(name, purpose, role).json)
            case .inclusion(let site, let name, let play):
                if let path = inclusionPath(name, at: site) { try files.requireWithin(folders + roleFolders, path) }
                return .value(try inclusion(name, at: site, for: host, play: play).json)
            case .meeting, .turn, .turnOver, .step, .call, .tell, .offer, .delivered, .reboot, .prompt,
                .keep, .inventory:
                return .refusal("nobody is met here")
            case .variables(let arguments, let role):
                let read = try IncludedVariables(self, arguments, role).read()
                noteLookups(in: read, for: host)
                return .value(.object(read))
            case .lookup(let plugin, let terms, let options, let purpose, let task, let role):
                let request = LookupRequest(plugin: plugin, terms: terms, options: options)
                return .value(.array(try found(request, at: place(purpose, task, role), for: host)))
            }
        } catch {
            return .refusal(Diagnoses(of: error).description)
        }
    }

    /// A task's place as a machine tells it, as far as it is one of the playbook's.
    private func place(_ purpose: String, _ task: String, _ role: String?) -> ControllerLookups.Place {
        var place = ControllerLookups.Place()
        place.purpose = ControllerFiles.Purpose(rawValue: purpose) ?? .files
        place.role = role.flatMap { roleFolders.contains($0) ? $0 : nil }
        let file = task.split(separator: ":", omittingEmptySubsequences: false).dropLast(2).joined(separator: ":")
        let folder = ControllerLookups.Place.folder(of: file)
        // A folder that is none of the playbook's counts as not said.
        if let folder, (try? files.requireWithin(folders + roleFolders, folder + "/.")) != nil {
            place.taskFolder = folder
        }
        return place
    }

    private func file(_ name: String, _ purpose: String, _ role: String?) throws -> FileReference {
        guard let known = ControllerFiles.Purpose(rawValue: purpose) else {
            throw Diagnosis("no file is for '\(purpose)'")
        }
        let (path, looked) = files.find(name, in: folders.flatMap { files.folders(known, role, $0) })
        guard let path else {
            throw Diagnosis("there is no file '\(name)'", why: "looked at \(looked.joined(separator: ", "))")
        }
        let isPromised = files.fetched.isPromised(path)
        if !isPromised { try files.requireWithin(folders + roleFolders, path) }
        if files.isFolder(path) { return try files.folder(path, followsLinks: true) }
        return try files.reference(path, withText: known == .templates, isFresh: isPromised, at: nil)
    }
}
