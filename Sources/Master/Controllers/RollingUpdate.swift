/// The arithmetic of replacing old pods with new ones; nothing here knows objects.
package enum RollingUpdate {
    /// One ReplicaSet's numbers; old ones are given oldest first.
    package struct Size: Hashable, Sendable {
        package var wanted: Int
        package var available: Int

        package init(wanted: Int, available: Int) {
            self.wanted = wanted
            self.available = available
        }
    }

    /// How many the new ReplicaSet should have next.
    package static func nextNew(replicas: Int, maxSurge: Int, new: Int, olds: [Int]) -> Int {
        if new >= replicas { return replicas }
        let room = replicas + maxSurge - new - olds.reduce(0, +)
        return room <= 0 ? new : min(new + room, replicas)
    }

    /// How many each old ReplicaSet should have next, so that enough pods stay available.
    package static func nextOlds(replicas: Int, maxUnavailable: Int, new: Size, olds: [Size]) -> [Int] {
        var result = olds.map(\.wanted)
        let total = new.wanted + result.reduce(0, +)
        let minimum = replicas - maxUnavailable
        // New pods that are not available yet are not to be made up for by old ones that are.
        var cleanable = total - minimum - (new.wanted - min(new.available, new.wanted))
        guard cleanable > 0 else { return result }
        for index in olds.indices where cleanable > 0 {
            let unhealthy = min(cleanable, result[index] - min(olds[index].available, result[index]))
            result[index] -= unhealthy
            cleanable -= unhealthy
        }
        var spare = min(new.available, new.wanted)
        for index in olds.indices { spare += min(olds[index].available, result[index]) }
        spare -= minimum
        for index in olds.indices where spare > 0 {
            let given = min(spare, result[index])
            result[index] -= given
            spare -= given
        }
        return result
    }

    /// Shares a change of the whole out over ReplicaSets in proportion to their sizes; the greatest gets what rounding leaves.
    package static func proportional(sizes: [Int], to total: Int) -> [Int] {
        let sum = sizes.reduce(0, +)
        guard sum > 0, sum != total else { return sizes }
        var result = sizes.map { $0 * total / sum }
        let order = sizes.indices.sorted { sizes[$0] == sizes[$1] ? $0 < $1 : sizes[$0] > sizes[$1] }
        var rest = total - result.reduce(0, +)
        for index in order where rest > 0 && sizes[index] > 0 {
            result[index] += 1
            rest -= 1
        }
        return result
    }
}
