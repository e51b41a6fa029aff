/// XML of the user's that is laid over a domain's description: the way out for what has no key of its own.
///
/// It is a `<domain>` that holds only what differs:
/// - an attribute overwrites the one of that name, or is added; text that is not empty overwrites the text;
/// - a child element is laid over the first child of that name, or is added where there is none;
/// - elements that may stand several times are told apart by what names them, and added where none has that name:
///   a disk, folder or channel by its target, a network card by its MAC, a controller by type and index, a serial port or
///   console by its port, a feature, timer or metadata by name, a pinned processor by number. Other devices
///   (`hostdev`, `rng`, `video`, …) and arguments for QEMU are always added;
/// - nothing is taken away.
///
/// What says whose the domain is (`name`, `uuid`, `metadata`) cannot be changed.
package struct DomainOverlay: Hashable, Sendable {
    private let root: XMLElement

    /// Reads the XML, or says where it is no overlay.
    package init(_ xml: String) throws(HypervisorError) {
        do {
            root = try XMLReader.read(xml)
        } catch {
            let read = xml.utf8.prefix(error.offset)
            let line = read.count { $0 == UInt8(ascii: "\n") } + 1
            let column = read.reversed().prefix { $0 != UInt8(ascii: "\n") }.count + 1
            throw .malformedOverlay(line: line, column: column)
        }
        guard root.name == "domain" else { throw .refusedOverlay(element: root.name) }
        for identity in ["name", "uuid", "metadata"] where root.child(identity) != nil {
            throw .refusedOverlay(element: identity)
        }
    }

    func merged(over domain: XMLElement) -> XMLElement {
        domain.overlaid(with: root)
    }
}

extension XMLElement {
    fileprivate func overlaid(with other: XMLElement) -> XMLElement {
        var merged = self
        for attribute in other.attributes {
            if let index = merged.attributes.firstIndex(where: { $0.name == attribute.name }) {
                merged.attributes[index].value = attribute.value
            } else {
                merged.attributes.append(attribute)
            }
        }
        if !other.text.isEmpty { merged.text = other.text }
        for child in other.children {
            if let index = merged.children.firstIndex(where: { $0.isSame(as: child, in: name) }) {
                merged.children[index] = merged.children[index].overlaid(with: child)
            } else {
                merged.children.append(child)
            }
        }
        return merged
    }

    private func isSame(as other: XMLElement, in parent: String) -> Bool {
        guard name == other.name else { return false }
        if let (own, others) = naming.flatMap({ own in other.naming.map { (own, $0) } }) { return own == others }
        return !Self.isRepeatable(name, in: parent)
    }

    /// What tells an element from others of its name, or nil where nothing does.
    private var naming: String? {
        switch name {
        case "disk": child("target")?["dev"]
        case "filesystem": child("target")?["dir"]
        case "channel": child("target")?["name"]
        case "interface": child("mac")?["address"]?.lowercased()
        case "controller": self["type"].map { $0 + (self["index"] ?? "0") }
        case "serial", "console": child("target")?["port"] ?? "0"
        case "feature", "timer": self["name"]
        case "vcpupin": self["vcpu"]
        default: nil
        }
    }

    private static let singleDevices: Set = ["emulator", "memballoon", "tpm", "iommu", "vsock"]
    private static let repeatedElsewhere: Set = [
        "feature", "timer", "vcpupin", "vcpu", "boot", "entry", "cell", "page", "qemu:arg", "qemu:env",
    ]

    private static func isRepeatable(_ name: String, in parent: String) -> Bool {
        switch parent {
        case "devices": !singleDevices.contains(name)
        // One each: `vcpu` stands several times only within `vcpus`.
        case "domain": false
        default: repeatedElsewhere.contains(name)
        }
    }
}
