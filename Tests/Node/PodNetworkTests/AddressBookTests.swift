import Addresses
import Linux
import Testing

@testable import PodNetwork

@Suite struct AddressBookTests {
    private let range = IPv4Network(containing: IPv4Address(number: 0x0af4_0300), prefixLength: 29)

    @Test func `never gives the range's own address, the bridge's or the broadcast address`() {
        var used: Set<IPv4Address> = []
        var last: IPv4Address?
        var given: [String] = []
        while let address = AddressBook.next(in: range, used: used, after: last) {
            used.insert(address)
            last = address
            given.append("\(address)")
        }
        #expect(given == ["10.244.3.2", "10.244.3.3", "10.244.3.4", "10.244.3.5", "10.244.3.6"])
    }

    @Test func `gives an address that was just released last`() {
        let used = Set(["10.244.3.2", "10.244.3.4"].compactMap { IPv4Address($0) })
        #expect(AddressBook.next(in: range, used: used, after: IPv4Address("10.244.3.4")) == IPv4Address("10.244.3.5"))
        #expect(AddressBook.next(in: range, used: used, after: IPv4Address("10.244.3.6")) == IPv4Address("10.244.3.3"))
    }

    @Test func `keeps a pod's address until it is released, and says when the range is full`() throws {
        try withTemporaryFolder { folder in
            let book = AddressBook(range: range, folder: folder + "/addresses")
            let first = try book.allocate("a")
            #expect(try book.allocate("a") == first)
            let others = try ["b", "c", "d", "e"].map { try book.allocate($0) }
            #expect(Set(others + [first]).count == 5)
            #expect(throws: PodNetworkError.noFreeAddress(range: range, inUse: 5)) { try book.allocate("f") }
            try book.release("c")
            #expect(try book.allocate("f") == others[1])
        }
    }

    @Test func `gives a new address where the node's range has changed`() throws {
        try withTemporaryFolder { folder in
            _ = try AddressBook(range: range, folder: folder).allocate("a")
            let moved = try #require(IPv4Network("10.244.9.0/24"))
            #expect(moved.contains(try AddressBook(range: moved, folder: folder).allocate("a")))
        }
    }
}

func withTemporaryFolder(_ body: (String) throws -> Void) throws {
    let folder = "/tmp/cf-\(UInt32.random(in: 0 ... .max))"
    try FileSystem.makeFolder(folder)
    defer { try? FileSystem.remove(folder) }
    try body(folder)
}
