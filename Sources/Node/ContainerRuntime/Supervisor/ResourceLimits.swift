import Linux

extension ContainerResources {
    /// Writes the bounds into a cgroup; a bound that the machine cannot keep is an error.
    func apply(to group: ControlGroup) throws(LinuxError) {
        for (file, value) in settings { try group.set(file, to: value) }
        if memoryBytes != nil {
            // Kernels without swap accounting have no such file, and then nothing to bound.
            try? group.set("memory.swap.max", to: "0")
        }
    }

    /// cgroup v2's files and what to write there.
    var settings: [(file: String, value: String)] {
        var settings: [(file: String, value: String)] = []
        if let memoryBytes {
            settings.append(("memory.max", "\(memoryBytes)"))
            settings.append(("memory.oom.group", "1"))
        }
        if let cpuMillicores { settings.append(("cpu.max", "\(max(1000, cpuMillicores * 100)) 100000")) }
        if let cpuRequestMillicores {
            // Kubernetes' conversion from requests to shares, and from those to weights (KEP-2254).
            let shares = min(262_144, max(2, cpuRequestMillicores * 1024 / 1000))
            settings.append(("cpu.weight", "\(1 + (shares - 2) * 9999 / 262_142)"))
        }
        if let maximumProcesses { settings.append(("pids.max", "\(maximumProcesses)")) }
        return settings
    }
}
