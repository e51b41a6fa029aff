extension ProgressState {
    /// How a line looks to the eye, where the terminal has colours.
    package enum Tone: Hashable, Sendable {
        case plain, dim, good, bad
    }

    /// A line of the live display, at most as wide as was asked for.
    package struct Line: Hashable, Sendable {
        package var text: String
        package var tone: Tone

        package init(_ text: String, _ tone: Tone = .plain) {
            self.text = text
            self.tone = tone
        }
    }

    /// One line a machine: name, phase, seconds in it, and what is being done, in at most so many columns and lines.
    ///
    /// Where there are more machines than lines, those that have failed or work are shown, and the rest is counted.
    package func lines(width: Int, height: Int, now: Double) -> [Line] {
        guard width > 0, height > 0 else { return [] }
        let rows = shared + machines
        let nameWidth = min(rows.map { $0.name.columns }.max() ?? 0, max(8, width / 3))
        func line(_ row: Row) -> Line { Self.line(row, nameWidth: nameWidth, width: width, now: now) }
        guard rows.count > height else { return rows.map(line) }

        let byInterest = rows.indices.sorted { (rows[$0].interest, $0) < (rows[$1].interest, $1) }
        let shown = Set(byInterest.prefix(height - 1))
        let rest = rows.indices.filter { !shown.contains($0) }.map { rows[$0] }
        return rows.indices.filter(shown.contains).map { line(rows[$0]) } + [Self.count(rest, width: width)]
    }

    private static func line(_ row: Row, nameWidth: Int, width: Int, now: Double) -> Line {
        let name = row.name.onOneLine.cut(toColumns: nameWidth)
        var text = name + String(repeating: " ", count: nameWidth - name.columns + 2)
        switch row.phase {
        case .waiting, .ready, .gone, .failed: text += row.phase.rawValue
        case .creating, .booting, .connecting, .converging, .stopping, .removing:
            // What the whole cluster does is said by the step alone.
            let what = row.name == "cluster" ? "" : row.phase.rawValue + " "
            text += what + max(0, now - row.since).tenths + " s"
            if let detail = row.detail { text += "  " + detail.onOneLine }
        }
        return Line(text.cut(toColumns: width), row.phase.tone)
    }

    /// `… 5 more: 3 ready, 2 waiting`
    private static func count(_ rows: [Row], width: Int) -> Line {
        let counts = MachinePhase.allCases.compactMap { phase in
            let count = rows.count { $0.phase == phase }
            return count == 0 ? nil : "\(count) \(phase.rawValue)"
        }
        return Line("… \(rows.count) more: \(counts.joined(separator: ", "))".cut(toColumns: width), .dim)
    }
}

extension ProgressState.Row {
    /// What comes first where not all can be shown.
    fileprivate var interest: Int {
        switch phase {
        case .failed: 0
        case .creating, .booting, .connecting, .converging, .stopping, .removing: 1
        case .waiting: 2
        case .ready, .gone: 3
        }
    }
}

extension MachinePhase {
    fileprivate var tone: ProgressState.Tone {
        switch self {
        case .failed: .bad
        case .ready: .good
        case .waiting, .gone: .dim
        case .creating, .booting, .connecting, .converging, .stopping, .removing: .plain
        }
    }
}

extension Double {
    /// Seconds with one digit after the point.
    package var tenths: String {
        let tenths = Int((self * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
