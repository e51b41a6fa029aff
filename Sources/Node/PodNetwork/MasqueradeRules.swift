import Addresses
import Linux

/// The node's own table of nftables: what pods send out of the cluster leaves with the node's address.
struct MasqueradeRules: Hashable {
    let nodeRange: IPv4Network
    let clusterRange: IPv4Network

    static let table = "clusterfile"

    /// One transaction that replaces the table, whether or not it is there.
    var script: String {
        """
        add table ip \(MasqueradeRules.table)
        delete table ip \(MasqueradeRules.table)
        table ip \(MasqueradeRules.table) {
            chain postrouting {
                type nat hook postrouting priority srcnat; policy accept;
                ip saddr \(nodeRange) ip daddr != \(clusterRange) ip daddr != 224.0.0.0/4 masquerade
            }
        }

        """
    }

    func apply(in namespace: NetworkNamespace?) throws {
        let outcome = try Program.run(["nft", "-f", "-"], input: script, in: namespace)
        guard outcome.status.code == 0 else { throw PodNetworkError.rulesRefused(output: outcome.output) }
    }

    static func remove(in namespace: NetworkNamespace?) throws {
        let script = "add table ip \(table)\ndelete table ip \(table)\n"
        let outcome = try Program.run(["nft", "-f", "-"], input: script, in: namespace)
        guard outcome.status.code == 0 else { throw PodNetworkError.rulesRefused(output: outcome.output) }
    }
}
