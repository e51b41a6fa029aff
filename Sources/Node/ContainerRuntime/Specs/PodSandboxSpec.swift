/// What a pod's containers share: its names, its network, and the files that every container sees.
package struct PodSandboxSpec: Hashable, Sendable {
    package var uid: String
    package var name: String
    package var namespace: String
    package var hostname: String
    package var network: SandboxNetwork
    /// The whole content of `/etc/hosts` in every container; nil leaves the image's own.
    package var hostsFile: String?
    /// The whole content of `/etc/resolv.conf` in every container; nil leaves the image's own.
    package var resolverFile: String?
    /// The size of the pod's shared `/dev/shm`.
    package var sharedMemoryBytes: Int64
    /// Bounds of the whole pod, on top of its containers' own.
    package var resources: ContainerResources

    package init(
        uid: String, name: String, namespace: String, hostname: String, network: SandboxNetwork,
        hostsFile: String? = nil, resolverFile: String? = nil, sharedMemoryBytes: Int64 = 64 << 20,
        resources: ContainerResources = ContainerResources()
    ) {
        self.uid = uid
        self.name = name
        self.namespace = namespace
        self.hostname = hostname
        self.network = network
        self.hostsFile = hostsFile
        self.resolverFile = resolverFile
        self.sharedMemoryBytes = sharedMemoryBytes
        self.resources = resources
    }
}

/// Where a pod's sockets live.
package enum SandboxNetwork: Hashable, Sendable {
    /// The machine's own network namespace.
    case host
    /// A network namespace that was prepared and bound at a path, as `PodNetwork.attach` answers it.
    case namespace(path: String)
}
