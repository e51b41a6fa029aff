import Clusterfiles
import Planning

// See LibvirtNames: the planning side of the names that both have.
typealias PlannedNetworkSnapshot = NetworkSnapshot
typealias PlannedVolumeSnapshot = VolumeSnapshot
