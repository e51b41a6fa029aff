package import Bundles

extension TaskEvent.Difference {
    /// The change as `diff -u` shows it, with so many lines of context; empty where nothing differs.
    package func unifiedText(contextLines: Int = 3) -> String {
        let lines = Self.aligned(Self.lines(before), Self.lines(after))
        let changed = lines.indices.filter { lines[$0].mark != " " }
        guard !changed.isEmpty else { return "" }
        var hunks: [Range<Int>] = []
        for index in changed {
            let range = max(0, index - contextLines)..<min(lines.count, index + contextLines + 1)
            if let last = hunks.last, range.lowerBound <= last.upperBound {
                hunks[hunks.count - 1] = last.lowerBound..<range.upperBound
            } else {
                hunks.append(range)
            }
        }
        var text = "--- \(path)\n+++ \(path)\n"
        for hunk in hunks {
            text += "@@ -\(Self.span(lines, hunk, without: "+")) +\(Self.span(lines, hunk, without: "-")) @@\n"
            text += lines[hunk].map { "\($0.mark)\($0.text)\n" }.joined()
        }
        return text
    }

    private struct Line {
        var mark: Character
        var text: Substring
    }

    private static func lines(_ text: String) -> [Substring] {
        var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    /// Both texts in one, each line kept, removed or inserted.
    private static func aligned(_ before: [Substring], _ after: [Substring]) -> [Line] {
        let difference = after.difference(from: before)
        var (removed, inserted): (Set<Int>, Set<Int>) = ([], [])
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var lines: [Line] = []
        var (old, new) = (0, 0)
        while old < before.count || new < after.count {
            if removed.contains(old) {
                lines.append(Line(mark: "-", text: before[old]))
                old += 1
            } else if inserted.contains(new) {
                lines.append(Line(mark: "+", text: after[new]))
                new += 1
            } else {
                lines.append(Line(mark: " ", text: before[old]))
                (old, new) = (old + 1, new + 1)
            }
        }
        return lines
    }

    /// `start,count` of a hunk in the text that lacks the lines of a mark.
    private static func span(_ lines: [Line], _ hunk: Range<Int>, without mark: Character) -> String {
        let count = lines[hunk].count { $0.mark != mark }
        let before = lines[..<hunk.lowerBound].count { $0.mark != mark }
        return "\(count == 0 ? before : before + 1),\(count)"
    }
}
