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

    /// The keywords of plays, blocks, tasks and loops.
    private static let keywords = """
        hosts become become_user become_method become_flags remote_user port connection gather_facts gather_subset \
        gather_timeout fact_path vars vars_files vars_prompt collections module_defaults roles pre_tasks tasks post_tasks \
        handlers block rescue always import_playbook import_tasks import_role include_tasks include_role include_vars \
        notify listen tags when loop loop_control loop_var index_var label extended pause register until retries delay \
        changed_when failed_when ignore_errors ignore_unreachable delegate_to delegate_facts run_once serial order \
        throttle max_fail_percentage any_errors_fatal strategy force_handlers environment no_log check_mode diff async \
        poll action local_action args name with_items with_dict with_sequence with_fileglob with_nested with_together \
        with_subelements with_indexed_items with_lines with_first_found with_flattened with_file
        """

    @Test func `the corpus has every keyword`() throws {
        let playbooks = try CorpusPlaybook.all()
        #expect(playbooks.count >= 60)
        let used = try Set(playbooks.flatMap { try $0.keys() })
        let missing = Self.keywords.split(separator: " ").map(String.init).filter { !used.contains($0) }
        #expect(missing.isEmpty, "\(missing)")
    }
}
