import Foundation
import JSON
import Testing

@testable import Bundles
@testable import Plays

/// Folders as the source of `copy` and `assemble`.
@Suite struct FolderCopyTests {
    private func machine(_ tasks: String) throws -> LocalMachine {
        let machine = try LocalMachine()
        let lines = tasks.split(separator: "\n", omittingEmptySubsequences: false)
        try machine.write(
            "- hosts: all\n  gather_facts: false\n  tasks:\n" + lines.map { "    " + $0 }.joined(separator: "\n"),
            to: "site.yml")
        try machine.write("top", to: "files/tree/top")
        try machine.write("deep", to: "files/tree/sub/deep")
        let files = FileManager.default
        try files.createDirectory(atPath: machine.root + "/files/tree/empty", withIntermediateDirectories: true)
        try files.createSymbolicLink(atPath: machine.root + "/files/tree/link", withDestinationPath: "sub/deep")
        try files.createSymbolicLink(atPath: machine.root + "/files/tree/sub/up", withDestinationPath: "..")
        try files.createSymbolicLink(atPath: machine.root + "/files/tree/nowhere", withDestinationPath: "none")
        return machine
    }

    /// What is below a folder: `path mode`, of a link `path -> target`.
    private func listing(_ folder: String) -> [String] {
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return names.sorted().map { name in
            let path = folder + "/" + name
            if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) {
                return "\(name) -> \(target)"
            }
            let mode = (try? FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]) as? Int
            return "\(name) \(String(mode ?? 0, radix: 8))"
        }
    }

    @Test func `A folder comes with its name, or what is in it without`() async throws {
        let machine = try machine(
            """
            - copy: {src: tree, dest: "{{ root }}/named", mode: "0640", directory_mode: "0750"}
              register: named
            - copy: {src: tree/, dest: "{{ root }}/content", mode: "0600"}
            - copy: {src: tree/, dest: "{{ root }}/links", mode: "0600", local_follow: false}
            - copy: {src: "{{ item }}", dest: "{{ root }}/loop"}
              loop: [tree/sub, tree/empty/, tree/top]
            - assert: {that: [named.dest == root + '/named/']}
            """)
        let first = try await machine.run()
        #expect(first.recap.succeeded, "\(first.events)")
        #expect(
            listing(machine.root + "/named") == [
                "tree 750", "tree/empty 750", "tree/link 640", "tree/nowhere -> none", "tree/sub 750",
                "tree/sub/deep 640", "tree/sub/up -> ..", "tree/top 640",
            ])
        #expect(
            listing(machine.root + "/content") == [
                "empty 755", "link 600", "nowhere -> none", "sub 755", "sub/deep 600", "sub/up -> ..", "top 600",
            ])
        #expect(
            listing(machine.root + "/links") == [
                "empty 755", "link -> sub/deep", "nowhere -> none", "sub 755", "sub/deep 600", "sub/up -> ..",
                "top 600",
            ])
        #expect(machine.text("named/tree/link") == "deep" && machine.text("loop/top") == "top")
        #expect(machine.text("loop/sub/deep") == "deep")
        #expect(try await machine.run().recap.changed == 0)
        try machine.write("other", to: "content/sub/deep")
        let third = try await machine.run()
        #expect(third.recap.changed == 1 && machine.text("content/sub/deep") == "deep")
    }

    @Test func `Nothing is written where changes are only looked for`() async throws {
        let machine = try machine("- copy: {src: tree, dest: \"{{ root }}/named\"}")
        let (recap, _) = try await machine.run(isChecking: true)
        #expect(recap.changed == 1)
        #expect(!FileManager.default.fileExists(atPath: machine.root + "/named"))
    }

    @Test func `A folder of the machine is copied with the modes that it has`() async throws {
        let machine = try machine(
            """
            - file: {path: "{{ root }}/source/private", state: directory, mode: "0711"}
            - copy: {content: x, dest: "{{ root }}/source/private/file", mode: "0604"}
            - copy: {content: y, dest: "{{ root }}/source/program", mode: "0755"}
            - copy: {src: "{{ root }}/source", dest: "{{ root }}/named", remote_src: true}
            - copy: {src: "{{ root }}/source/", dest: "{{ root }}/content", remote_src: true, mode: "0700"}
            """)
        let first = try await machine.run()
        #expect(first.recap.succeeded, "\(first.events)")
        let below = ["private 711", "private/file 604", "program 755"]
        #expect(Array(listing(machine.root + "/named").dropFirst()) == below.map { "source/" + $0 })
        #expect(listing(machine.root + "/content") == below)
        #expect(listing(machine.root).contains("content 700"))
        #expect(try await machine.run().recap.changed == 0)
    }

    @Test func `Fragments of the controller are put together on the machine`() async throws {
        let machine = try machine(
            "- assemble: {src: parts, dest: \"{{ root }}/whole\", remote_src: false, regexp: \"^[12]\", mode: \"0600\"}"
        )
        try machine.write("one\n", to: "files/parts/1")
        try machine.write("two", to: "files/parts/2")
        try machine.write("no", to: "files/parts/ignored")
        #expect(try await machine.run(isChecking: true).recap.changed == 1)
        #expect(machine.text("whole") == nil)
        #expect(try await machine.run().recap.changed == 1)
        #expect(machine.text("whole") == "one\ntwo")
        #expect(try await machine.run().recap.changed == 0)
    }

    @Test func `Folders on the way are made where the destination is said to be one`() async throws {
        let machine = try machine(
            """
            - copy: {src: tree/top, dest: "{{ root }}/new/one/", directory_mode: "0700", mode: "0644"}
            - copy: {src: tree/top, dest: "{{ root }}/missing/file"}
              ignore_errors: true
            """)
        let (recap, events) = try await machine.run()
        #expect(recap.counts["here"]?.ignored == 1 && recap.changed == 1, "\(events)")
        #expect(listing(machine.root + "/new") == ["one 700", "one/top 644"])
    }
}
