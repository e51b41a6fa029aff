import Foundation
import JSON
import Testing

@testable import Templates

/// Random templates mean the same here and in Python's Jinja2, which renders them all in one process.
@Suite struct PropertyTests {
    /// TEMPLATE_CASES asks for more than a normal run's.
    private static let count = ProcessInfo.processInfo.environment["TEMPLATE_CASES"].flatMap { Int($0) } ?? 1500
    private static let seed = ProcessInfo.processInfo.environment["TEMPLATE_SEED"].flatMap { UInt64($0) } ?? 1

    /// What Jinja2 makes of templates: a text, or null where it refuses.
    private static func expected(_ templates: [String]) throws -> [JSON] {
        let script = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Conformance/rendered.py").path
        let cases = FileManager.default.temporaryDirectory.appending(path: "templates-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: cases) }
        let given: JSON = ["variables": .object(ExpressionGenerator.variables), "templates": JSON(templates)]
        try Data(given.text.utf8).write(to: cases)
        let pipe = try #require(popen("/usr/bin/python3 '\(script)' '\(cases.path)'", "r"))
        var output = Data()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 {
            output.append(contentsOf: buffer[..<count])
        }
        try #require(pclose(pipe) == 0, "Python's Jinja2 (Debian's python3-jinja2) must be there")
        return try output.split(separator: 0x0A).map { try JSON(parsing: Array($0)) }
    }

    @Test func `Random templates render as in Jinja2`() throws {
        var generator = ExpressionGenerator(seed: Self.seed)
        let templates = (0..<Self.count).map { _ in generator.template() }
        let expected = try Self.expected(templates)
        try #require(expected.count == templates.count)
        let scope = FixedScope(ExpressionGenerator.variables)
        for (template, wanted) in zip(templates, expected) {
            let actual: JSON
            do {
                actual = .string(try Template(parsing: template, dialect: .file()).render(scope))
            } catch is TemplateError {
                actual = .null
            }
            #expect(actual == wanted, "\(template)")
        }
        // Most make sense: else the test would compare refusals only.
        #expect(expected.count { !$0.isNull } > Self.count / 2)
    }
}
