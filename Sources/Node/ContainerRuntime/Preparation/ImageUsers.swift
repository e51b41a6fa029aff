import ContainerImages
import Linux

/// The users and groups that an image's own files name (passwd(5), group(5)).
struct ImageUsers: Hashable {
    private let users: [User]
    private let groups: [Group]

    private struct User: Hashable {
        var name: String
        var uid: UInt32
        var gid: UInt32
        var home: String
    }

    private struct Group: Hashable {
        var name: String
        var gid: UInt32
        var members: [String]
    }

    /// Reads the topmost `/etc/passwd` and `/etc/group` of an image's layers.
    init(of image: Image) throws(LinuxError) {
        self.init(
            passwd: try ImageUsers.topmost("etc/passwd", of: image),
            group: try ImageUsers.topmost("etc/group", of: image))
    }

    init(passwd: String, group: String) {
        users = passwd.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count >= 6, let uid = UInt32(fields[2]), let gid = UInt32(fields[3]) else { return nil }
            return User(name: String(fields[0]), uid: uid, gid: gid, home: String(fields[5]))
        }
        groups = group.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count >= 3, let gid = UInt32(fields[2]) else { return nil }
            let members = fields.count > 3 ? fields[3].split(separator: ",").map(String.init) : []
            return Group(name: String(fields[0]), gid: gid, members: members)
        }
    }

    private static func topmost(_ file: String, of image: Image) throws(LinuxError) -> String {
        for layer in image.layers {
            let folder = try ConfinedFolder(image.layersFolder + "/" + layer)
            if let content = try folder.readFile(file) { return String(decoding: content, as: UTF8.self) }
        }
        return ""
    }

    /// Who a container runs as, and that user's home: the pod's word first, then the image's, then root.
    func resolve(
        _ wanted: ContainerUser, image: ImageConfiguration, reference: String
    ) throws(ContainerRuntimeError) -> (user: ProcessSpec.UserSpec, home: String) {
        let parts = image.user.split(separator: ":", maxSplits: 1).map(String.init)
        let named = try parts.first.map { name throws(ContainerRuntimeError) in try user(name, reference) }
        let uid = wanted.uid ?? named?.uid ?? 0
        let entry = users.first { $0.uid == uid }
        var gid = wanted.gid
        if gid == nil, wanted.uid == nil, parts.count > 1 { gid = try group(parts[1], reference) }
        let memberships = groups.filter { group in entry.map { group.members.contains($0.name) } ?? false }.map(\.gid)
        var seen: Set<UInt32> = []
        let spec = ProcessSpec.UserSpec(
            uid: uid, gid: gid ?? entry?.gid ?? 0,
            groups: (memberships + wanted.supplementalGroups).filter { seen.insert($0).inserted })
        return (spec, entry?.home ?? "/")
    }

    private func user(_ name: String, _ image: String) throws(ContainerRuntimeError) -> (uid: UInt32, name: String) {
        if let entry = users.first(where: { $0.name == name }) { return (entry.uid, name) }
        guard let uid = UInt32(name) else { throw .unknownUser(name, image: image) }
        return (uid, name)
    }

    private func group(_ name: String, _ image: String) throws(ContainerRuntimeError) -> UInt32 {
        if let entry = groups.first(where: { $0.name == name }) { return entry.gid }
        guard let gid = UInt32(name) else { throw .unknownUser(name, image: image) }
        return gid
    }
}
