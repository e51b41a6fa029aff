package import JSON
import Objects

/// Gives each node a range of pod addresses of its own out of the cluster's.
package enum PodRanges {
    /// A range of IPv4 addresses, such as 10.244.0.0/16.
    package struct Range: Hashable, Sendable {
        package var address: UInt32
        package var length: Int

        /// Reads `a.b.c.d/length`; nil where it is none, or where bits are set beyond the length.
        package init?(_ text: String) {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, let length = Int(parts[1]), (0...32).contains(length) else { return nil }
            let octets = parts[0].split(separator: ".", omittingEmptySubsequences: false).compactMap { UInt8($0) }
            guard octets.count == 4 else { return nil }
            address = octets.reduce(0) { $0 << 8 | UInt32($1) }
            self.length = length
            guard length == 32 || address & (UInt32.max >> UInt32(length)) == 0 else { return nil }
        }

        init(address: UInt32, length: Int) {
            self.address = address
            self.length = length
        }

        package var text: String {
            [24, 16, 8, 0].map { String(address >> $0 & 0xff) }.joined(separator: ".") + "/\(length)"
        }
    }

    /// Changes that give a range to each node without one: the lowest that is free, nodes in order of age, then name.
    package static func reconcile(nodes: [JSON], cluster: Range, nodeLength: Int = 24) -> Decision {
        var decision = Decision()
        var taken = Set(nodes.compactMap { $0[path: "spec", "podCIDR"]?.string })
        let waiting = nodes.filter { $0[path: "spec", "podCIDR"]?.string?.isEmpty ?? true }
            .sorted { ($0.meta.creationTimestamp, $0.meta.name) < ($1.meta.creationTimestamp, $1.meta.name) }
        let count: UInt64 = 1 << UInt64(max(0, nodeLength - cluster.length))
        var next: UInt64 = 0
        for node in waiting {
            var found: Range?
            while found == nil, next < count {
                let candidate = Range(
                    address: cluster.address + UInt32(next << UInt64(32 - nodeLength)), length: nodeLength)
                if !taken.contains(candidate.text) { found = candidate }
                next += 1
            }
            guard let found else {
                decision.events.append(
                    EventNote(
                        about: ObjectReference(to: node), isWarning: true, reason: "CIDRNotAvailable",
                        message: "no range of pod addresses is left in \(cluster.text)"))
                continue
            }
            taken.insert(found.text)
            decision.changes.append(
                .patch(
                    ObjectReference(to: node),
                    ["spec": ["podCIDR": JSON(found.text), "podCIDRs": [JSON(found.text)]]]))
        }
        return decision
    }
}
