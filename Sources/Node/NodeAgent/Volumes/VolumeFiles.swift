import ContainerRuntime
import JSON
import Linux

/// The folders behind a pod's volumes, below `ROOT/volumes/UID`.
struct VolumeFiles {
    let root: String

    private func folder(_ uid: String) -> String { root + "/volumes/" + uid }

    /// Makes all volumes of a pod, or brings their content up to date; answers where each is.
    func prepare(_ pod: PodView, variables: Variables) throws -> [String: ContainerMount.Source] {
        var sources: [String: ContainerMount.Source] = [:]
        for volume in pod.spec?["volumes"]?.array ?? [] {
            let name = volume["name"]?.string ?? ""
            sources[name] = try prepare(volume, name, pod, variables)
        }
        return sources
    }

    /// Takes away what a pod's volumes held.
    func remove(_ uid: String) throws { try FileSystem.remove(folder(uid)) }

    /// Pods that have volumes here.
    func uids() throws -> [String] { try FileSystem.names(in: root + "/volumes") }

    private func prepare(
        _ volume: JSON, _ name: String, _ pod: PodView, _ variables: Variables
    ) throws -> ContainerMount.Source {
        let path = folder(pod.uid) + "/" + name
        if let empty = volume["emptyDir"] {
            if empty["medium"]?.string == "Memory" {
                // Shared memory between containers needs one file system: a folder of the machine's own in memory.
                let shared = "/run/clusterfile/volumes/\(pod.uid)/\(name)"
                try FileSystem.makeFolder(shared, mode: 0o777)
                return .path(shared)
            }
            try makeWritable(path)
            return .path(path)
        }
        if let host = volume["hostPath"] { return .path(try hostPath(host, name)) }
        if let source = volume["configMap"] {
            try fill(path, try VolumeContent.keyed(.configMap, source, "name", volume: name, variables), pod)
            return .path(path)
        }
        if let source = volume["secret"] {
            try fill(path, try VolumeContent.keyed(.secret, source, "secretName", volume: name, variables), pod)
            return .path(path)
        }
        if let source = volume["downwardAPI"] {
            try fill(path, try VolumeContent.downward(source, variables), pod)
            return .path(path)
        }
        if let projected = volume["projected"] {
            try fill(path, try VolumeContent.projected(projected, volume: name, variables), pod)
            return .path(path)
        }
        let kind = volume.object?.keys.first { $0 != "name" } ?? "none"
        throw NodeAgentError.unsupportedVolume(name: name, kind: kind)
    }

    private func makeWritable(_ path: String) throws {
        if FileSystem.exists(path) { return }
        try FileSystem.makeFolder(path)
        try FileMode.set(path, 0o777)
    }

    private func hostPath(_ host: JSON, _ name: String) throws -> String {
        let path = host["path"]?.string ?? ""
        guard path.hasPrefix("/") else {
            throw NodeAgentError.volumeUnusable(name: name, reason: "'\(path)' is not an absolute path")
        }
        switch host["type"]?.string ?? "" {
        case "": break
        case "DirectoryOrCreate": try FileSystem.makeFolder(path)
        case "FileOrCreate":
            if !FileSystem.exists(path) { try AtomicFile.write([], to: path) }
        case let type:
            guard FileSystem.exists(path) else {
                throw NodeAgentError.volumeUnusable(
                    name: name, reason: "hostPath type check failed: \(path) is not a \(type)")
            }
        }
        return path
    }

    /// Writes what is to be in a volume, each file whole or not at all, and removes what is not.
    private func fill(_ path: String, _ files: [VolumeContent.File], _ pod: PodView) throws {
        try FileSystem.makeFolder(path)
        let group = pod.spec?[path: "securityContext", "fsGroup"]?.integer.flatMap { UInt32(exactly: $0) }
        for file in files {
            let target = path + "/" + file.path
            if let slash = target.lastIndex(of: "/") { try FileSystem.makeFolder(String(target[..<slash])) }
            // What cannot be read is written anew.
            if (try? FileSystem.read(target)) == file.bytes { continue }
            try AtomicFile.write(
                file.bytes, to: target, mode: file.mode, owner: group.map { .init(user: 0, group: $0) },
                durability: .process)
        }
        let wanted = Set(files.map { String($0.path.prefix { $0 != "/" }) })
        for name in try FileSystem.names(in: path) where !wanted.contains(name) {
            try FileSystem.remove(path + "/" + name)
        }
    }

    /// What a container's `volumeMounts` came to.
    static func mounts(_ container: JSON, sources: [String: ContainerMount.Source]) throws -> [ContainerMount] {
        try (container["volumeMounts"]?.array ?? []).map { mount in
            let name = mount["name"]?.string ?? ""
            guard var source = sources[name] else {
                throw NodeAgentError.volumeUnusable(name: name, reason: "the pod has no such volume")
            }
            if let subPath = mount["subPath"]?.string, !subPath.isEmpty, case .path(let path, _) = source {
                source = .path(path, subPath: subPath)
            }
            return ContainerMount(
                source: source, target: mount["mountPath"]?.string ?? "", isReadOnly: mount["readOnly"]?.bool ?? false)
        }
    }
}
