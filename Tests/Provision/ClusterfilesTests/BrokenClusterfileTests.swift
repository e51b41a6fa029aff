import Diagnostics
import FoundationEssentials
import Testing

@testable import Clusterfiles

/// `Broken/NAME.yml` has mistakes, and `Broken/NAME.txt` what is said of them, to the letter.
@Suite struct BrokenClusterfileTests {
    private static let broken = folder(of: #filePath) + "/Broken"

    static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: broken).filter { $0.hasSuffix(".yml") }
            .map { String($0.dropLast(4)) }.sorted()
    }

    @Test(arguments: try names())
    func everyMistakeIsSaidAtOnceInItsPlace(name: String) throws {
        let text = try String(contentsOfFile: "\(Self.broken)/\(name).yml", encoding: .utf8)
        let expected = try String(contentsOfFile: "\(Self.broken)/\(name).txt", encoding: .utf8)
        let mistakes = #expect(throws: Diagnoses.self) { try parse(text) }
        #expect(mistakes.map { $0.description + "\n" } == expected)
    }

    @Test func thereAreEnoughOfThem() throws {
        #expect(try Self.names().count >= 40)
    }
}
