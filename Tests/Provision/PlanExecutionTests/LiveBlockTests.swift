import TerminalModels
import Testing

@testable import PlanExecution

@Suite struct LiveBlockTests {
    private func lines(_ texts: String...) -> [ProgressState.Line] { texts.map { .init($0, .good) } }

    @Test(arguments: [true, false])
    func `lines are repainted in place, and text scrolls by above them`(hasColours: Bool) {
        var (block, screen) = (LiveBlock(hasColours: hasColours), TerminalModel(width: 20, height: 6))
        screen.feed(block.paint(lines("a booting", "b waiting"), width: 20))
        screen.feed(block.paint(lines("a ready", "b booting"), width: 20))
        #expect(screen.lines == ["a ready", "b booting"])
        screen.feed(block.paint(lines("a ready", "b booting"), above: "changed: x\n    at y\n", width: 20))
        #expect(screen.lines == ["changed: x", "    at y", "a ready", "b booting"])
        screen.feed(block.paint(lines("a ready"), above: "no end", width: 20))
        #expect(screen.lines == ["changed: x", "    at y", "no end", "a ready"])
        screen.feed(block.clear(width: 20) + "summary")
        #expect(screen.lines == ["changed: x", "    at y", "no end", "summary"])
        #expect(screen.unknown == [])
    }

    @Test func `what has not changed is not written again`() {
        var block = LiveBlock(hasColours: false)
        #expect(block.paint(lines("a"), width: 20) == "a")
        #expect(block.paint(lines("a"), width: 20) == "")
    }

    @Test func `long output above wraps and tears nothing`() {
        var (block, screen) = (LiveBlock(hasColours: true), TerminalModel(width: 10, height: 5))
        for round in 0..<30 {
            screen.feed(
                block.paint(
                    lines("a \(round)", "b \(round)"), above: String(repeating: "x", count: 25) + "\n", width: 10))
        }
        #expect(
            screen.lines == Array(repeating: ["xxxxxxxxxx", "xxxxxxxxxx", "xxxxx"], count: 30).flatMap(\.self)
                + ["a 29", "b 29"])
    }

    @Test func `a window that became narrower in between leaves no remains`() {
        var (block, screen) = (LiveBlock(hasColours: false), TerminalModel(width: 20, height: 8))
        screen.feed("before\r\n" + block.paint(lines("0123456789abcdef", "second"), width: 20))
        screen.resize(width: 7)
        screen.feed(block.paint(lines("a", "b"), width: 7))
        #expect(screen.lines == ["before", "a", "b"])
    }

    @Test func `colours are written only where they are wanted`() {
        var (plain, coloured) = (LiveBlock(hasColours: false), LiveBlock(hasColours: true))
        #expect(plain.paint([.init("x", .bad)], width: 9) == "x")
        #expect(coloured.paint([.init("x", .bad)], width: 9) == "\u{1B}[31mx\u{1B}[0m")
    }
}
