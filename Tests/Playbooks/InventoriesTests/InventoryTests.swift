import Diagnostics
import JSON
import Testing

@testable import Inventories

@Suite struct InventoryTests {
    private static let text = """
        # a comment
        bare ansible_host=10.0.0.9

        [web]
        web[1:3] port=8080 tags='a b' ; not a comment

        [db]
        db-a
        db-b ansible_user=admin

        [prod:children]
        web
        db

        [prod:vars]
        level=high
        port=1

        [web:vars]
        port=80

        [all:vars]
        greeting = "hello world"
        flag=True
        number=7
        list=[1, 2]
        """.replacing(" ; not a comment", with: "")

    private func inventory() throws -> Inventory { try Inventory(parsingINI: Self.text, file: "hosts.ini") }

    @Test(arguments: [
        ("all", ["bare", "web1", "web2", "web3", "db-a", "db-b"]),
        ("*", ["bare", "web1", "web2", "web3", "db-a", "db-b"]),
        ("web", ["web1", "web2", "web3"]),
        ("prod", ["web1", "web2", "web3", "db-a", "db-b"]),
        ("web2", ["web2"]),
        ("web:db", ["web1", "web2", "web3", "db-a", "db-b"]),
        ("web,db-b", ["web1", "web2", "web3", "db-b"]),
        ("prod:!web", ["db-a", "db-b"]),
        ("!web:prod", ["db-a", "db-b"]),
        ("prod:&db", ["db-a", "db-b"]),
        ("web:!web2", ["web1", "web3"]),
        ("web*", ["web1", "web2", "web3"]),
        ("db-?", ["db-a", "db-b"]),
        ("web[0]", ["web1"]),
        ("web[-1]", ["web3"]),
        ("web[0:1]", ["web1", "web2"]),
        ("web[1:]", ["web2", "web3"]),
        ("ungrouped", ["bare"]),
        ("!web", ["bare", "db-a", "db-b"]),
    ])
    func `A pattern chooses hosts as Ansible does`(pattern: String, hosts: [String]) throws {
        #expect(HostPattern(pattern).hosts(in: try inventory()) == hosts)
    }

    @Test func `Names that nobody has are told`() throws {
        #expect(HostPattern("web:nope:!gone").unknownNames(in: try inventory()) == ["nope", "gone"])
    }

    @Test func `Inner groups win over outer ones, hosts over both`() throws {
        let inventory = try inventory()
        #expect(inventory.variables(of: "web1")["port"] == 8080)
        #expect(inventory.variables(of: "db-a")["port"] == 1)
        #expect(inventory.variables(of: "web1")["level"] == "high")
        #expect(inventory.variables(of: "bare")["level"] == nil)
        #expect(inventory.variables(of: "web1")["group_names"] == ["prod", "web"])
        var bare = inventory
        bare.add(.init("web1", variables: ["port": 9]))
        #expect(bare.variables(of: "web1")["port"] == 9)
    }

    @Test func `Values are typed as Ansible types them`() throws {
        let variables = try inventory().variables
        #expect(variables == ["greeting": "hello world", "flag": true, "number": 7, "list": [1, 2]])
        #expect(try inventory().host("web2")?.variables == ["port": 8080, "tags": "a b"])
    }

    @Test func `What is written is read back as it was`() throws {
        var inventory = Inventory(
            hosts: [
                .init("a", variables: ["ansible_host": "10.0.0.1", "note": "two words", "empty": ""]), .init("b"),
            ],
            groups: [
                .init("kube_control_plane", hosts: ["a"]), .init("kube-master", children: ["kube_control_plane"]),
                .init("calico_rr"),
                .init("k8s_cluster", children: ["kube_control_plane", "calico_rr"], variables: ["x": "1"]),
            ],
            variables: [
                "path": "/with space", "flag": false, "version": "1.20", "port": 6443,
                "deep": ["k": [1, true, nil, "x"]],
            ])
        inventory.add(.init("b", variables: ["quote": "it's"]))
        let text = inventory.iniText
        #expect(try Inventory(parsingINI: text, file: "x") == inventory, "\(text)")
    }

    @Test func `Every mistake of an inventory is told with its place`() {
        let text = "[web:hosts:x]\n[web:things]\n[a:children]\nb c\n[web]\nh 'open\nx[1:\n[a:vars]\nnothing\n"
        let error = #expect(throws: Diagnoses.self) { try Inventory(parsingINI: text, file: "i") }
        #expect(
            error?.description == """
                i:1:1: 'web:hosts:x' is no kind of section
                  fix: write [group], [group:vars] or [group:children]
                i:2:1: 'web:things' is no kind of section
                  fix: write [group], [group:vars] or [group:children]
                i:4:1: 'b c' is not a group's name: a :children section holds one group a line
                i:6:1: a quote is not closed
                i:7:1: 'x[1:' is not a host
                i:9:1: 'nothing' is not a setting
                  fix: write name=value
                """)
    }

    @Test func `A group within itself is a mistake, not an endless walk`() {
        let error = #expect(throws: Diagnoses.self) {
            try Inventory(parsingINI: "[a:children]\nb\n[b:children]\na\n", file: "i")
        }
        #expect(error?.description == "i:4:1: the group 'a' is within itself")
    }
}
