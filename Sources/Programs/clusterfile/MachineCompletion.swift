import ArgumentParser
import Credentials
import FoundationEssentials

extension CompletionKind {
    /// The machines of the cluster that the typed words are about.
    static let machines = CompletionKind.custom { words, _, prefix in
        MachineCompletion.names(words: words).filter { $0.hasPrefix(prefix) }
    }
}

/// Finds machines' names fast, for a shell that waits: from files alone, and silently.
enum MachineCompletion {
    static func names(words: [String]) -> [String] {
        // Who completes gets no messages: what cannot be read has no names.
        guard let options = try? ClusterOptions.parse(options(in: words)) else { return [] }
        if let folder = try? options.credentials().folder,
            let made = try? FileManager.default.contentsOfDirectory(atPath: folder + "/hosts"), !made.isEmpty
        {
            return made.sorted()
        }
        return ((try? options.spec())?.machines.map(\.name) ?? []).sorted()
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
