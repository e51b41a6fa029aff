import CLinux
import Glibc

/// Owns the C memory that a `clinux_process` points into.
final class CStrings {
    private var allocations: [UnsafeMutableRawPointer] = []

    deinit { allocations.forEach { free($0) } }

    /// The spec in C's terms; valid as long as this object lives. Streams and cgroup are the caller's to fill in.
    func process(_ spec: ProcessSpec) -> clinux_process {
        var process = clinux_process()
        process.clone_flags = spec.namespaces.cloneFlags
        process.new_cgroup_namespace = spec.namespaces.contains(.controlGroup)
        process.detached = spec.isDetached
        process.dies_with_parent = spec.diesWithParent
        process.oom_score_adjustment = string(spec.oomScoreAdjustment.map { "\($0)" })
        process.hostname = string(spec.hostname)
        process.working_directory = string(spec.workingDirectory)
        process.no_new_privileges = spec.forbidsNewPrivileges
        setRoot(spec, &process)
        process.mounts = UnsafePointer(copy(spec.mounts.map(mount)))
        process.mount_count = spec.mounts.count
        if let capabilities = spec.capabilities {
            process.sets_capabilities = true
            process.capabilities = capabilities.mask
        }
        if spec.hasDefaultSeccompFilter { setFilter(spec, &process) }
        if let user = spec.user {
            process.sets_user = true
            process.user = user.uid
            process.group = user.gid
            process.groups = UnsafePointer(copy(user.groups))
            process.group_count = user.groups.count
        }
        process.search_path = string(spec.environment.last { $0.hasPrefix("PATH=") }.map { String($0.dropFirst(5)) })
        process.arguments = UnsafePointer(list(spec.arguments))
        process.environment = UnsafePointer(list(spec.environment))
        return process
    }

    private func setRoot(_ spec: ProcessSpec, _ process: inout clinux_process) {
        switch spec.root {
        case nil:
            break
        case .folder(let path, let isReadOnly):
            process.root = string(path)
            process.root_is_read_only = isReadOnly
        case .overlay(let path, let folder, let layers, let upper, let work, let isReadOnly):
            process.root = string(path)
            process.root_type = string("overlay")
            process.root_directory = string(folder)
            // Volatile: what a container writes ends with it, so that no disk need be waited for when it does.
            process.root_data = string(
                "volatile,lowerdir=\(layers.joined(separator: ":")),upperdir=\(upper),workdir=\(work)")
            // Device nodes in an image or made by a container open nothing.
            process.root_flags = MountOptions.noDevices.rawValue
            process.root_is_read_only = isReadOnly
        }
    }

    private func setFilter(_ spec: ProcessSpec, _ process: inout clinux_process) {
        var program = [sock_filter](repeating: sock_filter(), count: 256)
        let length = clinux_default_filter(spec.capabilities?.mask ?? 0, &program, UInt16(program.count))
        precondition(length > 0, "the filter outgrew its buffer")
        process.filter = UnsafePointer(copy(Array(program[..<Int(length)])))
        process.filter_length = length
    }

    private func mount(_ spec: MountSpec) -> clinux_mount {
        var mount = clinux_mount()
        mount.target = string(spec.target)
        switch spec {
        case .bind(let source, let subPath, _, let options):
            mount.kind = CLINUX_MOUNT_BIND
            mount.source = string(source)
            mount.subpath = string(subPath)
            mount.attributes = UInt64(options.rawValue)
        case .fileSystem(let type, _, let options, let data):
            mount.kind = CLINUX_MOUNT_FILE_SYSTEM
            mount.type = string(type)
            mount.flags = options.rawValue
            mount.data = string(data)
        case .link(let destination, _):
            mount.kind = CLINUX_MOUNT_SYMLINK
            mount.source = string(destination)
        case .device(_, let mode, let major, let minor):
            mount.kind = CLINUX_MOUNT_DEVICE
            mount.mode = mode
            mount.device = clinux_makedev(major, minor)
        case .mask:
            mount.kind = CLINUX_MOUNT_MASK
        case .readOnly:
            mount.kind = CLINUX_MOUNT_READ_ONLY
        case .folder:
            mount.kind = CLINUX_MOUNT_DIRECTORY
        }
        return mount
    }

    private func string(_ text: String?) -> UnsafePointer<CChar>? {
        guard let text, let copy = strdup(text) else { return nil }
        allocations.append(UnsafeMutableRawPointer(copy))
        return UnsafePointer(copy)
    }

    private func list(_ texts: [String]) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> {
        copy(texts.map { UnsafeMutablePointer(mutating: string($0)) } + [nil])
    }

    func copy<T: BitwiseCopyable>(_ values: [T]) -> UnsafeMutablePointer<T> {
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: max(1, values.count * MemoryLayout<T>.stride), alignment: MemoryLayout<T>.alignment)
        allocations.append(memory)
        let typed = memory.bindMemory(to: T.self, capacity: values.count)
        typed.initialize(from: values, count: values.count)
        return typed
    }
}
