import Diagnostics
import Foundation
import Testing

@testable import Plays

@Suite struct AnsibleConfigurationTests {
    /// Reads a configuration from a folder of the test's own, for which `FOLDER` stands in values.
    private func read(_ text: String?, _ environment: [String: String] = [:], mode: Int = 0o755) throws
        -> Result<AnsibleConfiguration, Diagnoses>
    {
        let folder = NSTemporaryDirectory() + "cfg-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try text?.write(toFile: folder + "/ansible.cfg", atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder)
        do throws(Diagnoses) {
            var all = try AnsibleConfiguration(
                folder: folder, environment: environment.merging(["HOME": "/home/me"]) { old, _ in old })
            func local(_ path: String) -> String { path.replacing(folder, with: "FOLDER") }
            all.file = all.file.map(local)
            all.rolesPaths = all.rolesPaths.map(local)
            all.inventories = all.inventories.map(local)
            all.vaultPasswordFile = all.vaultPasswordFile.map(local)
            return .success(all)
        } catch {
            return .failure(
                Diagnoses(
                    error.all.map { one in
                        var one = one
                        one.location?.file.replace(folder, with: "FOLDER")
                        return one
                    }))
        }
    }

    @Test func `the file's values are taken, paths from where it lies, and the environment's over them`() throws {
        let text = """
            [defaults]
            roles_path = roles:~/mine:/opt/${KIND}/roles   ; a comment
            inventory = hosts.ini,more
            forks = 20
            host_key_checking = False
            remote_user = 'admin'
            vault_password_file = ./.vault
            gathering = smart
            stdout_callback = yaml
            unknown_thing = 1
            show_custom_stats = yes
            [privilege_escalation]
            become = true
            become_user = other
            [tags]
            skip = slow, danger
            [ssh_connection]
            ssh_args =
            control_path_dir = ~/kept
            """
        let found = try read(text, ["ANSIBLE_FORKS": "3", "ANSIBLE_FORCE_COLOR": "1", "KIND": "x"]).get()
        var wanted = AnsibleConfiguration()
        wanted.file = "FOLDER/ansible.cfg"
        wanted.rolesPaths = ["FOLDER/roles", "/home/me/mine", "/opt/x/roles"]
        wanted.inventories = ["FOLDER/hosts.ini", "FOLDER/more"]
        (wanted.forks, wanted.checksHostKeys, wanted.remoteUser) = (3, false, "admin")
        (wanted.vaultPasswordFile, wanted.gathering) = ("FOLDER/./.vault", .smart)
        (wanted.becomes, wanted.becomeUser, wanted.skippedTags) = (true, "other", ["slow", "danger"])
        (wanted.sshArguments, wanted.controlFolder) = ("", "/home/me/kept")
        wanted.colour = .always
        (wanted.hostPatternMismatch, wanted.showsCustomStatistics) = (.warning, true)
        #expect(found == wanted)
    }

    @Test func `a folder that anybody may write to says nothing`() throws {
        #expect(try read("[defaults]\nforks = 7\n", mode: 0o777).get().forks == 5)
        #expect(try read("[defaults]\nforks = 7\n").get().forks == 7)
    }

    @Test func `every value that cannot be is told at once, with its place`() throws {
        let text = "[defaults]\nforks = many\ngathering = never\nhash_behaviour = merge\n"
        guard case .failure(let problems) = try read(text, ["ANSIBLE_HOST_KEY_CHECKING": "maybe"]) else {
            Issue.record("it was read")
            return
        }
        #expect(
            problems.description == """
                'ANSIBLE_HOST_KEY_CHECKING' is yes or no, and this is 'maybe'
                FOLDER/ansible.cfg:2:1: 'forks' is a number from 1 to 10000, and this is 'many'
                FOLDER/ansible.cfg:3:1: 'gathering' is one of implicit, explicit, smart, and this is 'never'
                FOLDER/ansible.cfg:4:1: 'hash_behaviour' cannot be 'merge': only 'replace' is supported
                  fix: remove it
                """)
        guard case .failure(let syntax) = try read("forks = 1\n") else {
            Issue.record("it was read")
            return
        }
        #expect(syntax.description.hasPrefix("FOLDER/ansible.cfg:1:1: 'forks = 1' is no setting of a section"))
    }

    @Test func `plays that do not say it do what the configuration says, and find its roles`() async throws {
        let machine = try LocalMachine()
        try machine.write(
            """
            - copy:
                content: "{{ 'facts' if ansible_kernel is defined else 'none' }}"
                dest: "{{ root }}/{{ to }}"
            """, to: "elsewhere/mine/tasks/main.yml")
        try machine.write(
            """
            - {hosts: all, roles: [mine], vars: {to: first}}
            - {hosts: all, roles: [mine], vars: {to: second}, gather_facts: true}
            """, to: "site.yml")
        var configuration = AnsibleConfiguration()
        configuration.rolesPaths = [machine.root + "/elsewhere"]
        configuration.gathering = .explicit
        configuration.gatherSubsets = ["!all"]
        let recap = try await machine.run(configuration: configuration).recap
        #expect(recap.succeeded)
        #expect(machine.text("first") == "none" && machine.text("second") == "facts")
    }
}
