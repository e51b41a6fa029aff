import JSON
import Testing

@testable import Inventories

@Suite struct InventoryTreeTests {
    private let inventory = Inventory(
        hosts: [.init("a", variables: ["ip": "10.0.0.1"]), .init("b"), .init("alone")],
        groups: [
            .init("inner", hosts: ["a"], variables: ["x": 1]), .init("other", hosts: ["b"]),
            .init("outer", children: ["inner", "other"]), .init("outside", children: ["inner"]), .init("empty"),
        ], variables: ["user": "cluster"])

    @Test func `a file has each group once where it is whole, and hosts with their variables at the top`() {
        #expect(
            inventory.tree == [
                "all": [
                    "hosts": ["a": ["ip": "10.0.0.1"], "b": [:], "alone": [:]],
                    "vars": ["user": "cluster"],
                    "children": [
                        "outer": [
                            "children": [
                                "inner": ["hosts": ["a": [:]], "vars": ["x": 1]], "other": ["hosts": ["b": [:]]],
                            ]
                        ],
                        "outside": ["children": ["inner": [:]]],
                        "empty": [:],
                    ],
                ]
            ])
    }

    @Test func `a listing names every group and has all variables, so that no host is asked for alone`() {
        let listing = inventory.listing
        #expect(listing[path: "_meta", "hostvars", "a"] == ["ip": "10.0.0.1"])
        #expect(listing["outer"] == ["hosts": [], "children": ["inner", "other"], "vars": [:]])
        #expect(listing[path: "all", "children"] == ["ungrouped", "outer", "outside", "empty"])
        #expect(listing[path: "ungrouped", "hosts"] == ["alone"])
        #expect(listing[path: "all", "vars"] == ["user": "cluster"])
    }
}
