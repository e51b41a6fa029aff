import Addresses
import Linux

/// Which pod has which address: one file a pod, so that a crash between two pods loses nothing.
struct AddressBook: Hashable {
    let range: IPv4Network
    let folder: String

    /// The pod's address, given to it now if it has none. It keeps one until it is released.
    func allocate(_ uid: String) throws -> IPv4Address {
        try FileSystem.makeFolder(folder)
        let taken = try all()
        if let address = taken[uid], range.contains(address) { return address }
        guard let address = AddressBook.next(in: range, used: Set(taken.values), after: last()) else {
            throw PodNetworkError.noFreeAddress(range: range, inUse: taken.count)
        }
        try AtomicFile.write("\(address)".utf8, to: file(uid))
        try AtomicFile.write("\(address)".utf8, to: folder + "/.last", durability: .process)
        return address
    }

    func release(_ uid: String) throws { try FileSystem.remove(file(uid)) }

    /// Every pod's address.
    func all() throws -> [String: IPv4Address] {
        var all: [String: IPv4Address] = [:]
        for uid in try FileSystem.names(in: folder) where !uid.hasPrefix(".") && !uid.hasSuffix(".tmp") {
            guard let address = IPv4Address(try FileSystem.readText(file(uid))) else {
                throw PodNetworkError.malformedRecord(path: file(uid))
            }
            all[uid] = address
        }
        return all
    }

    /// The first free address after the one that was given last, so that one just released rests for a while. The
    /// range's own, the bridge's and the broadcast address are never given.
    static func next(in range: IPv4Network, used: Set<IPv4Address>, after last: IPv4Address?) -> IPv4Address? {
        let first = 2
        let count = range.count - first - 1
        guard count > 0 else { return nil }
        let start = last.flatMap { range.contains($0) ? Int($0.number - range.address.number) - first + 1 : nil } ?? 0
        for step in 0..<count {
            let address = range.address(at: first + (max(0, start) + step) % count)
            if !used.contains(address) { return address }
        }
        return nil
    }

    private func file(_ uid: String) -> String { folder + "/" + uid }

    private func last() -> IPv4Address? {
        // Without the file the search only starts at the front.
        (try? FileSystem.readText(folder + "/.last")).flatMap { IPv4Address($0) }
    }
}
