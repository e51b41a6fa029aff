package import Addresses
package import Diagnostics

extension ClusterSpec {
    /// The cluster's private network as it is wanted: NAT to the outside, the host at its first address.
    package struct Network: Hashable, Sendable {
        package let range: IPv4Network
        /// The network's name in libvirt.
        package let name: String
        /// The network's UUID in libvirt, the same on every run.
        package let uuid: String
        /// The bridge on the host, named after the cluster's UUID (at most 15 characters).
        package let bridge: String
        /// Where the Clusterfile says the range.
        package let location: SourceLocation

        init(range: Located<IPv4Network>, cluster: String, uuid: ClusterUUID) {
            self.range = range.value
            location = range.location
            name = "clusterfile_\(cluster)"
            self.uuid = uuid.networkUUID
            bridge = "cf" + uuid.text.filter { $0 != "-" }.suffix(10)
        }

        /// The host's address, which is the machines' gateway and name server.
        package var host: IPv4Address { range.host }

        /// Changes whenever the network has to be made anew.
        package var specHash: String { Fingerprint(of: name, bridge, range.description).shortText }
    }
}
