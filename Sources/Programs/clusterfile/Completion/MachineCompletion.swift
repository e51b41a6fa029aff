import ArgumentParser
import Clusterfiles
import Credentials
import FoundationEssentials
import PlanExecution

extension CompletionKind {
    /// The machines of the cluster that the typed words are about.
    static let machines = CompletionKind.custom { words, _, prefix in
        MachineCompletion.names(words: words).filter { $0.hasPrefix(prefix) }
    }

    /// The groups of the inventory of that cluster.
    static let groups = CompletionKind.custom { words, _, prefix in
        MachineCompletion.spec(words: words).map { spec in
            ClusterInventory(of: spec, for: .machine("")).inventory.groups.map(\.name).sorted()
                .filter { $0.hasPrefix(prefix) }
        } ?? []
    }

    /// The steps of `provision` of that cluster.
    static let steps = CompletionKind.custom { words, _, prefix in
        MachineCompletion.spec(words: words).map { spec in
            Set(spec.machines.flatMap { spec.steps(of: $0).map(\.name) }).sorted().filter { $0.hasPrefix(prefix) }
        } ?? []
    }

    /// The clusters that this user has keys of.
    static let clusters = CompletionKind.custom { _, _, prefix in
        // Who completes gets no messages: what cannot be read has no names.
        let root = try? CredentialStore.defaultRoot(environment: Workplace.environment)
        let known = root.flatMap { try? CredentialStore.clusters(root: $0) } ?? []
        return known.map(\.name).filter { $0.hasPrefix(prefix) }
    }

    /// The same as the beginning of a path in them, and this host's files.
    static let machinesAndFiles = CompletionKind.custom { words, _, prefix in
        // To zsh a bare colon ends the word and begins what is said of it.
        let colon = CompletionShell.requesting == .zsh ? "\\:" : ":"
        return (MachineCompletion.names(words: words).map { $0 + colon } + MachineCompletion.files(prefix)).filter {
            $0.hasPrefix(prefix)
        }
    }
}

/// Finds machines' names fast, for a shell that waits: from files alone, and silently.
enum MachineCompletion {
    // Who completes gets no messages: what cannot be read has no names.
    static func names(words: [String]) -> [String] {
        guard let options = try? ClusterOptions.parse(options(in: words)) else { return [] }
        if let folder = try? options.credentials().folder,
            let made = try? FileManager.default.contentsOfDirectory(atPath: folder + "/hosts"), !made.isEmpty
        {
            return made.sorted()
        }
        return ((try? options.spec())?.machines.map(\.name) ?? []).sorted()
    }

    /// What the Clusterfile says that the words are about.
    static func spec(words: [String]) -> ClusterSpec? {
        try? ClusterOptions.parse(options(in: words)).spec()
    }

    /// The files that a path may go on to, folders with a slash at their end.
    static func files(_ prefix: String) -> [String] {
        let folder = prefix.lastIndex(of: "/").map { String(prefix[...$0]) } ?? ""
        // What cannot be listed has no files.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
        return names.filter { !$0.hasPrefix(".") || prefix.hasSuffix("/.") }.sorted().map { name in
            var isFolder = false
            _ = FileManager.default.fileExists(atPath: folder + name, isDirectory: &isFolder)
            return folder + name + (isFolder ? "/" : "")
        }
    }

    /// The options among the words that say which cluster it is.
    private static func options(in words: [String]) -> [String] {
        let taking: Set = ["-f", "--file", "-c", "--cluster"]
        var found: [String] = []
        for (at, word) in words.enumerated() {
            if word == "--" { break }
            if taking.contains(word), at + 1 < words.count { found += [word, words[at + 1]] }
            if word.hasPrefix("--file=") || word.hasPrefix("--cluster=") { found.append(word) }
        }
        return found
    }
}
