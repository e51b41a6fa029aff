/// A saved state of a domain as it was found; libvirt calls it a domain snapshot.
package struct RestorePointSnapshot: Hashable, Sendable {
    /// What is in it.
    package enum Content: String, Hashable, Sendable {
        /// The disks of a domain that was off.
        case disks
        /// The disks and the memory of a domain that was on, at one moment.
        case disksAndMemory
    }

    package var domain: String
    package var name: String
    package var description: String
    /// Seconds since 1970 on the libvirt host's clock.
    package var createdAtSeconds: Int64
    package var content: Content
    /// The files of the disks that it has a state of; paths of the libvirt host.
    package var diskPaths: [String]

    package init(
        domain: String, name: String, description: String, createdAtSeconds: Int64, content: Content,
        diskPaths: [String]
    ) {
        self.domain = domain
        self.name = name
        self.description = description
        self.createdAtSeconds = createdAtSeconds
        self.content = content
        self.diskPaths = diskPaths
    }
}

extension RestorePointSnapshot {
    /// Reads libvirt's description (https://libvirt.org/formatsnapshot.html).
    init(_ element: XMLElement, domain: String) {
        let saved = Set(
            element.child("disks")?.children("disk").filter { $0["snapshot"] == "internal" }
                .compactMap { $0["name"] } ?? [])
        let disks = element.child("domain")?.child("devices")?.children("disk") ?? []
        self.init(
            domain: domain, name: element.textOf("name") ?? "", description: element.textOf("description") ?? "",
            createdAtSeconds: element.textOf("creationTime").flatMap { Int64($0) } ?? 0,
            content: element.textOf("state") == "shutoff" ? .disks : .disksAndMemory,
            diskPaths: disks.filter { $0.child("target")?["dev"].map(saved.contains) ?? false }
                .compactMap { $0.child("source")?["file"] })
    }
}
