import Bundles
import Foundation
import Testing

/// The corpus touches everything that the language has.
@Suite struct PlaybookCorpusTests {
    /// Modules that no playbook of the suite's third has, and why.
    private static let withoutPlaybook = [
        "dnf": "for systems with RPM packages, which the machines are not", "yum": "as dnf",
    ]

    @Test func `the third that the suite runs has every module`() throws {
        let third = try CorpusPlaybook.ofSuite()
        #expect(third.count * 3 <= (try CorpusPlaybook.all().count) + 2)
        let used = try Set(third.flatMap { try $0.keys() }.compactMap { ModuleSpec.named($0)?.name })
        let missing = Set(ModuleSpec.names).subtracting(used).subtracting(Self.withoutPlaybook.keys)
            .subtracting(["systemd_service"])
        #expect(missing.isEmpty, "\(missing.sorted())")
        #expect(used.isDisjoint(with: Self.withoutPlaybook.keys))
    }
}
