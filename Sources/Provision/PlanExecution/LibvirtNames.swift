package import Hypervisor

// Planning's snapshots and libvirt's have the same field's terms for names; here both are in sight. A module that is
// named like its main type cannot qualify the others, so libvirt's side gets its names in this file, where it is alone.
package typealias LibvirtNetworkSpec = NetworkSpec
package typealias LibvirtNetworkSnapshot = NetworkSnapshot
package typealias LibvirtVolumeSpec = VolumeSpec
package typealias LibvirtVolumeSnapshot = VolumeSnapshot
