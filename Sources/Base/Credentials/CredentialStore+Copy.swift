internal import Glibc
internal import JSON

extension CredentialStore {
    /// Gives another cluster, of another name, the same keys and certificates: its machines are copies of this one's.
    package func copy(to other: CredentialStore, named name: String) throws(CredentialError) {
        try subfolder(nil).locked { () throws(CredentialError) in
            try subfolder(nil).copy(to: other.subfolder(nil), leavingOut: ["lock", ".lock", "journal.jsonl"])
        }
        let record: JSON = ["name": .string(name), "uuid": .string(other.uuid), "clusterfile": ""]
        try other.subfolder(nil).write("cluster.json", record.prettyText)
    }
}

extension StateFolder {
    /// Copies the files here and below to another folder.
    fileprivate func copy(to other: StateFolder, leavingOut left: Set<String> = []) throws(CredentialError) {
        try other.create()
        for name in try names() where !left.contains(name) {
            var status = stat()
            if lstat("\(path)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
                try StateFolder(path: "\(path)/\(name)").copy(to: StateFolder(path: "\(other.path)/\(name)"))
            } else if let text = try read(name) {
                try other.write(name, text)
            }
        }
    }
}
