import Linux

/// Everything a container sees besides its image, in the order in which it is mounted.
struct ContainerMounts {
    let spec: ContainerSpec
    let sandbox: PodSandboxSpec
    let folder: PodFolder
    let place: AttemptFolder

    private var isPrivileged: Bool { spec.security.isPrivileged }

    /// Kernel file systems, devices, the pod's files, the pod's volumes, and last what is hidden or locked.
    func all(devices: () throws -> [MachineDevice], workingDirectory: String) throws -> [MountSpec] {
        kernelFileSystems + (try self.devices(devices)) + podFiles + volumes
            + (isPrivileged ? [] : ContainerMounts.restrictions) + [.folder(target: workingDirectory)]
    }

    private var kernelFileSystems: [MountSpec] {
        let closed: MountOptions = [.noSetUserID, .noDevices, .noExecution]
        let system = isPrivileged ? closed : closed.union(.readOnly)
        return [
            .fileSystem(type: "proc", target: "/proc", options: closed, data: nil),
            .fileSystem(type: "sysfs", target: "/sys", options: system, data: nil),
            .fileSystem(type: "cgroup2", target: "/sys/fs/cgroup", options: system, data: nil),
        ]
    }

    private func devices(_ all: () throws -> [MachineDevice]) throws -> [MountSpec] {
        // Nodes are the machine's, bound one by one into a folder that honours no others: what a container makes with
        // mknod, which it may, opens nothing.
        let folderOptions: MountOptions = isPrivileged ? [.noSetUserID] : [.noSetUserID, .noDevices, .noExecution]
        var mounts: [MountSpec] = [
            .fileSystem(type: "tmpfs", target: "/dev", options: folderOptions, data: "mode=755,size=65536k")
        ]
        if isPrivileged {
            mounts += try all().map {
                .device(target: $0.path, mode: $0.mode, major: $0.major, minor: $0.minor)
            }
        } else {
            mounts += ["null", "zero", "full", "random", "urandom", "tty"].map {
                .bind(source: "/dev/" + $0, subPath: nil, target: "/dev/" + $0, options: [.noSetUserID, .noExecution])
            }
        }
        return mounts + [
            .link(to: "/proc/self/fd", target: "/dev/fd"), .link(to: "/proc/self/fd/0", target: "/dev/stdin"),
            .link(to: "/proc/self/fd/1", target: "/dev/stdout"), .link(to: "/proc/self/fd/2", target: "/dev/stderr"),
            .link(to: "pts/ptmx", target: "/dev/ptmx"),
            .fileSystem(
                type: "devpts", target: "/dev/pts", options: [.noSetUserID, .noExecution],
                data: "newinstance,ptmxmode=0666,mode=0620,gid=5"),
            .fileSystem(
                type: "mqueue", target: "/dev/mqueue", options: [.noSetUserID, .noDevices, .noExecution], data: nil),
            .bind(
                source: folder.sharedMemory, subPath: nil, target: "/dev/shm",
                options: [.noSetUserID, .noDevices, .noExecution]),
        ]
    }

    private var podFiles: [MountSpec] {
        var files = [(folder.hostname, "/etc/hostname"), (place.terminationMessage, spec.terminationMessagePath)]
        if sandbox.hostsFile != nil { files.append((folder.hosts, "/etc/hosts")) }
        if sandbox.resolverFile != nil { files.append((folder.resolver, "/etc/resolv.conf")) }
        return files.map { .bind(source: $0, subPath: nil, target: $1, options: [.noSetUserID, .noDevices]) }
    }

    /// Outer ones first, so that none hides another.
    private var volumes: [MountSpec] {
        spec.mounts.enumerated().sorted { left, right in
            (depth(left.element), left.offset) < (depth(right.element), right.offset)
        }.map { volume($0.element) }
    }

    private func depth(_ mount: ContainerMount) -> Int { mount.target.split(separator: "/").count }

    private func volume(_ mount: ContainerMount) -> MountSpec {
        var options: MountOptions = isPrivileged ? [] : [.noDevices]
        if mount.isReadOnly { options.insert(.readOnly) }
        switch mount.source {
        case .path(let path, let subPath):
            return .bind(source: path, subPath: subPath, target: mount.target, options: options)
        case .memory(let bytes):
            return .fileSystem(
                type: "tmpfs", target: mount.target, options: options.union([.noSetUserID, .noDevices]),
                data: "mode=1777" + (bytes.map { ",size=\($0)" } ?? ""))
        }
    }

    /// What of the kernel a container neither sees nor sets, as Kubernetes' runtimes have it.
    private static let restrictions: [MountSpec] =
        [
            "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug",
            "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware",
        ].map { .mask(target: $0) }
        + ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"].map { .readOnly(target: $0) }
}
