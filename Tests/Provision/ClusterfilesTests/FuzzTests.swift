import Diagnostics
import Testing

@testable import Clusterfiles

/// Whatever stands in the file, the parser answers: with a spec, or with mistakes that each have a place within the file.
@Suite struct FuzzTests {
    private func answers(_ text: String) {
        do throws(Diagnoses) {
            _ = try parse(text)
        } catch {
            #expect(!error.all.isEmpty, "\(text)")
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count
            for mistake in error.all {
                #expect(mistake.location.map { $0.line <= lines + 1 } ?? false, "\(mistake) of \(text)")
            }
        }
    }

    /// Pieces that mean something to YAML or to the table of keys.
    private static let pieces =
        [
            "${", "$${", "}", "${A:-", "{", "[", "]", ":", ": ", "- ", "\n", "  ", "\"", "'", "|", ">", "&a ", "*a",
            "<<: ", "!", "\t", "\0", "\u{FEFF}", "é", "🙂", "9999999999999999999999", "-1", "0", "~", "/", "{00}", "{}",
        ]
        + Section.machine.names.map { "\($0): " }

    @Test(arguments: 0..<16)
    func changedBytesNeverStopTheParser(seed: Int) {
        var dice = Dice(seed: seed)
        let deadline = ContinuousClock.now + .milliseconds(1500)
        for _ in 0..<40 where ContinuousClock.now < deadline {
            var bytes = Array(wholeClusterfile.utf8)
            for _ in 0..<Int.random(in: 1...6, using: &dice) {
                let at = Int.random(in: 0..<bytes.count, using: &dice)
                switch Int.random(in: 0..<4, using: &dice) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &dice)
                case 1: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...40, using: &dice)))
                case 2:
                    bytes.insert(
                        contentsOf: Self.pieces.randomElement(using: &dice).map { Array($0.utf8) } ?? [], at: at)
                default: bytes.swapAt(at, Int.random(in: 0..<bytes.count, using: &dice))
                }
            }
            answers(String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test(arguments: 0..<8)
    func bytesWithoutSenseNeverStopTheParser(seed: Int) {
        var dice = Dice(seed: seed)
        for _ in 0..<100 {
            let pieces = (0..<Int.random(in: 0...30, using: &dice)).map { _ in
                Self.pieces.randomElement(using: &dice) ?? ""
            }
            answers(pieces.joined())
        }
    }
}
