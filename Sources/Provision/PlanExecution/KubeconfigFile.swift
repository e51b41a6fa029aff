import Diagnostics
import Glibc
import JSON
import Linux
import YAML

/// A person's own kubeconfig, which a cluster's access is put into and taken out of again; changed whole or not at all.
///
/// What is put in has the cluster's UUID as an extension, by which it is known; the rest of the file keeps what it says, and
/// loses its comments: a copy of what it was stays beside it.
package struct KubeconfigFile: Sendable {
    package var path: String

    /// A link stays one: what it leads to is the file.
    package init(path: String) {
        let target = realpath(path, nil)
        defer { free(target) }
        self.path = target.map { String(cString: $0) } ?? path
    }

    /// Where kubectl looks first: `$KUBECONFIG`'s first file, or `~/.kube/config`; nil where there is no home.
    package static func usualPath(environment: [String: String]) -> String? {
        let named = (environment["KUBECONFIG"] ?? "").split(separator: ":").first.map(String.init)
        return named ?? environment["HOME"].map { $0 + "/.kube/config" }
    }

    /// Puts a cluster's kubeconfig in, under the cluster's name, as the current context; gives whether the file changed.
    package func merge(_ kubeconfig: String, cluster: String, uuid: String) throws -> Bool {
        let own = try Self.parse(kubeconfig, "the kubeconfig of '\(cluster)'")
        return try change { file in
            var file = file
            for kind in Kind.allCases {
                guard let entry = own[kind.rawValue]?[0] else { continue }
                let placed = kind.placed(entry, cluster: cluster, uuid: uuid)
                var entries = file[kind.rawValue]?.array ?? []
                if let index = entries.firstIndex(where: { kind.mark(in: $0) == uuid }) {
                    entries[index] = placed
                } else if entries.contains(where: { $0["name"] == placed["name"] }) {
                    throw Diagnosis(
                        "\(path) has another '\(placed["name"]?.string ?? cluster)' in its \(kind.rawValue)",
                        why: "it is not this cluster's, and is not written over",
                        fix: "rename it, or keep this one by itself: clusterfile kubeconfig > kubeconfig")
                } else {
                    entries.append(placed)
                }
                file[kind.rawValue] = .array(entries)
            }
            file["apiVersion"] = file["apiVersion"] ?? "v1"
            file["kind"] = file["kind"] ?? "Config"
            file["current-context"] = .string(cluster)
            return file
        }
    }

    /// Takes out what `merge` put in; gives whether the file changed.
    package func remove(uuid: String) throws -> Bool {
        try change { file in
            var file = file
            for kind in Kind.allCases {
                guard let entries = file[kind.rawValue]?.array else { continue }
                for entry in entries where kind == .contexts && kind.mark(in: entry) == uuid {
                    if file["current-context"] == entry["name"] { file["current-context"] = "" }
                }
                file[kind.rawValue] = .array(entries.filter { kind.mark(in: $0) != uuid })
            }
            return file
        }
    }

    /// The lists of a kubeconfig.
    private enum Kind: String, CaseIterable {
        case clusters, users, contexts

        private var content: String { String(rawValue.dropLast()) }

        /// An entry under the name by which it is known among others', with its mark.
        func placed(_ entry: JSON, cluster: String, uuid: String) -> JSON {
            var entry = entry
            if self == .contexts { entry["name"] = .string(cluster) }
            var content = entry[self.content] ?? [:]
            content["extensions"] = [["name": "clusterfile", "extension": ["uuid": .string(uuid)]]]
            entry[self.content] = content
            return entry
        }

        /// The cluster that an entry was put in for, or nil for an entry of somebody else's.
        func mark(in entry: JSON) -> String? {
            let extensions = entry[content]?["extensions"]?.array ?? []
            return extensions.first { $0["name"] == "clusterfile" }?["extension"]?["uuid"]?.string
        }
    }

    private func change(_ edit: (JSON) throws -> JSON) throws -> Bool {
        let isThere = try FileSystem.information(path) != nil
        let bytes = isThere ? try FileSystem.read(path) : []
        let file = try Self.parse(String(decoding: bytes, as: UTF8.self), path)
        let edited = try edit(file)
        guard edited != file else { return false }
        if isThere {
            try AtomicFile.write(bytes, to: path + ".before-clusterfile", mode: 0o600)
        } else if let slash = path.lastIndex(of: "/") {
            try FileSystem.makeFolder(String(path[..<slash]), mode: 0o700)
        }
        try AtomicFile.write(Array(edited.yamlText.utf8), to: path, mode: 0o600)
        return true
    }

    /// An empty file is a kubeconfig without anything in it.
    private static func parse(_ text: String, _ name: String) throws -> JSON {
        guard text.contains(where: { !$0.isWhitespace }) else { return [:] }
        let json = try YAML.document(text, file: name).json
        guard json.object != nil else {
            throw Diagnosis("\(name) is no kubeconfig", why: "it has no keys", fix: "name another with --kubeconfig")
        }
        return json
    }
}
