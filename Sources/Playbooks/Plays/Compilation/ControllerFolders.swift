internal import Bundles
internal import Diagnostics
internal import FoundationEssentials
internal import Glibc

// Folders of the controller.
extension ControllerFiles {
    /// A folder with all that is below it. A link leads to its content, or remains one: where it is not to be followed, leads nowhere,
    /// or to a folder around it.
    func folder(_ path: String, followsLinks: Bool) throws -> FileReference {
        var reference = FileReference(digest: "", size: 0, mode: 0o755)
        var around: Set<String> = [URL(filePath: path).resolvingSymlinksInPath().path]
        // A name may end with a slash, which says what of the folder is meant.
        reference.members = try members(of: URL(filePath: path).standardized.path, "", followsLinks, &around)
        return reference
    }

    private func members(
        of folder: String, _ prefix: String, _ followsLinks: Bool, _ around: inout Set<String>
    ) throws -> [FolderMember] {
        var members: [FolderMember] = []
        for name in names(in: folder) {
            let (path, place) = (folder + "/" + name, prefix + name)
            var status = stat()
            guard lstat(path, &status) == 0 else { continue }
            let isLink = status.st_mode & S_IFMT == S_IFLNK
            let real = URL(filePath: path).resolvingSymlinksInPath().path
            if isLink, !followsLinks || around.contains(real) || !(isFolder(path) || isFile(path)) {
                let target = try FileManager.default.destinationOfSymbolicLink(atPath: path)
                members.append(FolderMember(path: place, kind: .link(to: target)))
            } else if isFolder(path) {
                members.append(FolderMember(path: place, kind: .folder))
                around.insert(real)
                members += try self.members(of: path, place + "/", followsLinks, &around)
                around.remove(real)
            } else {
                members.append(
                    FolderMember(path: place, kind: .file(try reference(path, withText: false, at: nil))))
            }
        }
        return members
    }
}
