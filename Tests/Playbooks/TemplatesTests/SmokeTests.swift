import JSON
import Testing

@testable import Templates

@Suite struct SmokeTests {
    @Test func `Renders`() throws {
        #expect(try Template(parsing: "{{ a | default('x') | upper }}").render(FixedScope([:])) == "X")
    }
}
