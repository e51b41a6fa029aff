import Foundation
import JSON
import Testing

@testable import Templates

/// What Ansible's own templating (core 2.14, Jinja2 3.1) made of each template, recorded in `Conformance/templates.json`.
@Suite struct ConformanceTests {
    struct Recorded: Sendable, CustomTestStringConvertible {
        var dialect: TemplateDialect
        var template: String
        /// Nil where Ansible refuses.
        var expected: JSON?

        var testDescription: String { "\(dialect == .value ? "value" : "file") \(JSON.string(template).text)" }
    }

    private static let table: JSON = {
        let path = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Conformance/templates.json")
        let parsed = try? JSON(parsing: Array(Data(contentsOf: path)))
        return parsed ?? .null
    }()

    static let recorded: [Recorded] = (table["cases"]?.array ?? []).map { row in
        Recorded(
            dialect: row[0] == "value" ? .value : .file(lstripBlocks: false), template: row[1]?.string ?? "",
            expected: row[2] == "ok" ? row[3] : Optional.none)
    }

    @Test func `The table is there`() { #expect(Self.recorded.count > 350) }

    @Test(arguments: recorded)
    func `A template yields what Ansible makes of it`(_ recorded: Recorded) throws {
        let variables = Variables(layers: [.written(Self.table["variables"]?.object ?? [:])])
        func result() throws -> JSON {
            let template = try Template(parsing: recorded.template, dialect: recorded.dialect)
            return recorded.dialect == .value ? try template.value(variables) : .string(try template.render(variables))
        }
        if let expected = recorded.expected {
            let actual = try result()
            #expect(actual == expected, "\(actual.text) instead of \(expected.text)")
        } else {
            #expect(throws: TemplateError.self) { try result() }
        }
    }
}
