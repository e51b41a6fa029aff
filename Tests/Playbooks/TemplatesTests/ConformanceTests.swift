import Foundation
import JSON
import Testing

@testable import Templates

/// What Ansible's own templating (core 2.14, Jinja2 3.1) made of each template, recorded in `Conformance/templates.json`
/// by `templates.py`.
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
            dialect: row[0] == "value" ? .value : .file(), template: row[1]?.string ?? "",
            expected: row[2] == "ok" ? row[3] : Optional.none)
    }

    /// The recorded variables, and the texts of other templates.
    private static func scope() -> Variables {
        Variables(
            layers: [.written(table["variables"]?.object ?? [:])],
            lookups: { plugin, terms, _ in
                guard plugin == "template" else { throw TemplateError(.lookupUnavailable(plugin)) }
                return terms.compactMap { table["files"]?[$0.pythonText] }
            })
    }

    private static func result(_ recorded: Recorded) throws -> JSON {
        let template = try Template(parsing: recorded.template, dialect: recorded.dialect)
        return recorded.dialect == .value ? try template.value(scope()) : .string(try template.render(scope()))
    }

    @Test func `The table is there`() { #expect(Self.recorded.count > 2800) }

    @Test(arguments: recorded)
    func `A template yields what Ansible makes of it`(_ recorded: Recorded) throws {
        if let expected = recorded.expected {
            let actual = try Self.result(recorded)
            #expect(actual == expected, "\(actual.text) instead of \(expected.text)")
        } else {
            #expect(throws: TemplateError.self) { try Self.result(recorded) }
        }
    }

    /// Filters and tests that the table cannot hold: random ones, those of local time, those that the peer lacks a
    /// library for; other tests hold them.
    private static let elsewhere: Set<String> = [
        "shuffle", "json_query", "commonpath", "normpath", "vault", "unvault", "to_milliseconds", "to_hours", "to_days",
        "to_weeks", "to_months", "to_years", "ipv6_teredo", "<", ">", "<=", ">=", "!=",
    ]

    @Test func `Every filter and test stands in the table`() {
        let text = Self.recorded.map(\.template).joined(separator: "\n")
        func isMissing(_ name: String, behind marks: String) -> Bool {
            let pattern = "(\(marks))\\s*(ansible\\.\\w+\\.|community\\.\\w+\\.)?\(name)(?!\\w)"
            return (try? PythonRegex(pattern).isFound(in: text)) != true
        }
        let filters = FilterTable.all.keys.filter { isMissing($0, behind: "\\||map\\('|filter ") }
        let tests = TestTable.all.keys.filter {
            isMissing($0, behind: "is|is not|select\\('|reject\\('|attr\\('\\w+', '")
        }
        #expect(Set(filters).subtracting(Self.elsewhere).sorted() == [])
        #expect(Set(tests).subtracting(Self.elsewhere).sorted() == [])
    }
}
