internal import Bundles
internal import Diagnostics
internal import Inventories
internal import JSON

extension CompiledPlaybook {
    /// What the controller says to a machine's question.
    func answer(to ask: Ask, of host: String) -> Answer {
        do {
            switch ask {
            case .file(let name, let purpose, let role):
                return .value(try file(name, purpose, role).json)
            case .inclusion(let site, let name, let play):
                if let path = inclusionPath(name, at: site) { try files.requireWithin([folder] + roleFolders, path) }
                return .value(try inclusion(name, at: site, for: host, play: play).json)
            case .meeting, .call, .tell: return .refusal("nobody is met here")
            case .variables(let arguments, let role):
                return .value(.object(try IncludedVariables(self, arguments, role).read()))
            }
        } catch {
            return .refusal(Diagnoses(of: error).description)
        }
    }

    private func file(_ name: String, _ purpose: String, _ role: String?) throws -> FileReference {
        guard let known = ControllerFiles.Purpose(rawValue: purpose) else {
            throw Diagnosis("no file is for '\(purpose)'")
        }
        let (path, looked) = files.find(name, in: files.folders(known, role, folder))
        guard let path else {
            throw Diagnosis("there is no file '\(name)'", why: "looked at \(looked.joined(separator: ", "))")
        }
        try files.requireWithin([folder] + roleFolders, path)
        return try files.reference(path, withText: known == .templates, at: nil)
    }
}
