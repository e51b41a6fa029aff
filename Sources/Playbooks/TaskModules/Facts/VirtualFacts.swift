internal import Glibc
internal import JSON

/// Whether this is a guest or a host of virtual machines or containers, decided as Ansible decides it.
struct VirtualFacts {
    private var type: String?
    private var role: String?
    private var guests: [String] = []
    private var hosts: [String] = []

    static func collect(_ processors: String?) -> JSONObject {
        var facts = VirtualFacts()
        facts.lookForContainers()
        facts.lookAtXen()
        facts.lookAtFirmware()
        facts.look(atProcessors: processors)
        facts.lookAtModules()
        return [
            "virtualization_type": .string(facts.type ?? "NA"), "virtualization_role": .string(facts.role ?? "NA"),
            "virtualization_tech_guest": JSON(facts.guests), "virtualization_tech_host": JSON(facts.hosts),
        ]
    }

    /// The first that is found gives the type; all are among the technologies.
    private mutating func isGuest(of technology: String, type named: String? = nil) {
        if !guests.contains(technology) { guests.append(technology) }
        if type == nil { (type, role) = (named ?? technology, "guest") }
    }

    private mutating func isHost(of technology: String) {
        if !hosts.contains(technology) { hosts.append(technology) }
        if type == nil { (type, role) = (technology, "host") }
    }

    private mutating func lookForContainers() {
        for line in FactFile.lines("/proc/1/cgroup") {
            if line.contains("/docker/") || line.contains("/docker-") && line.contains(".scope") {
                isGuest(of: "docker")
            }
            if line.contains("/lxc/") || line.contains("/machine.slice/machine-lxc") { isGuest(of: "lxc") }
            if line.contains("/system.slice/containerd.service") { isGuest(of: "containerd") }
        }
        for variable in FactFile.text("/proc/1/environ")?.split(separator: "\0") ?? [] {
            if variable.contains("container=lxc") { isGuest(of: "lxc") }
            if variable.contains("container=podman") { isGuest(of: "podman") }
            if variable.hasPrefix("container="), variable.count > 10 { isGuest(of: "container") }
        }
        if FactFile.exists("/proc/vz"), !FactFile.exists("/proc/lve") {
            if FactFile.exists("/proc/bc") { isHost(of: "openvz") } else { isGuest(of: "openvz") }
        }
        let manager = FactFile.text("/run/systemd/container")
        if let manager { isGuest(of: manager) }
        if FactFile.exists("/.dockerenv") || FactFile.exists("/.dockerinit") { isGuest(of: "docker") }
        let kinds = ["docker", "lxc", "podman", "openvz", "containerd"]
        if manager != nil || guests.contains(where: kinds.contains), !guests.contains("container") {
            guests.append("container")
        }
    }

    private mutating func lookAtXen() {
        guard FactFile.exists("/proc/xen") else { return }
        if FactFile.text("/proc/xen/capabilities")?.contains("control_d") == true {
            isHost(of: "xen")
        } else if type == nil {
            (type, role) = ("xen", "guest")
        }
    }

    private mutating func lookAtFirmware() {
        let folder = FactFolder(FirmwareFacts.path)
        let (product, vendor) = (folder.text("product_name") ?? "", folder.text("sys_vendor") ?? "")
        let bios = folder.text("bios_vendor") ?? ""
        if ["KVM", "KVM Server", "Bochs", "AHV"].contains(product) { isGuest(of: "kvm") }
        if vendor == "oVirt" { isGuest(of: "oVirt") }
        if vendor == "Red Hat" {
            if folder.text("product_family") == "RHV" {
                isGuest(of: "RHV")
            } else if product == "RHEV Hypervisor" {
                isGuest(of: "RHEV")
            }
        }
        if product.hasPrefix("VMware") { isGuest(of: "VMware") }
        if product == "OpenStack Compute" || product == "OpenStack Nova" { isGuest(of: "openstack") }
        if bios == "Xen" { isGuest(of: "xen") }
        if bios == "innotek GmbH" { isGuest(of: "virtualbox") }
        if ["Amazon EC2", "DigitalOcean", "Hetzner"].contains(bios) { isGuest(of: "kvm") }
        if ["QEMU", "Amazon EC2", "DigitalOcean", "Google", "Scaleway", "Nutanix"].contains(vendor) {
            isGuest(of: "kvm")
        }
        if vendor == "KubeVirt" { isGuest(of: "KubeVirt") }
        if vendor == "Microsoft Corporation" { isGuest(of: "VirtualPC") }
        if vendor == "Parallels Software International Inc." { isGuest(of: "parallels") }
        if vendor == "OpenStack Foundation" { isGuest(of: "openstack") }
        if product.contains("BHYVE") { isGuest(of: "bhyve") }
    }

    private mutating func look(atProcessors text: String?) {
        for line in text.map({ FactFile.lines(of: $0) }) ?? [] {
            if line.hasPrefix("model name") {
                if line.contains("QEMU Virtual CPU") {
                    isGuest(of: "kvm")
                } else if line.contains("UML") {
                    isGuest(of: "uml")
                }
            } else if line.hasPrefix("vendor_id") {
                if line.contains("User Mode Linux") { isGuest(of: "uml") }
                if line.contains("PowerVM Lx86") { isGuest(of: "powervm_lx86") }
                if line.contains("IBM/S390") { isGuest(of: "ibm_systemz") }
            } else if line.hasPrefix("machine"), line.contains("CHRP IBM pSeries (emulated by qemu)") {
                isGuest(of: "kvm")
            }
        }
    }

    /// Kernel modules of hypervisors, and the device that lets KVM be used.
    private mutating func lookAtModules() {
        let modules = Set(FactFile.lines("/proc/modules").map { $0.prefix { $0 != " " } })
        if modules.contains("kvm") { isHost(of: "kvm") }
        if modules.contains("vboxdrv") { isHost(of: "virtualbox") }
        if modules.contains("virtio") {
            if !hosts.contains("kvm") { hosts.append("kvm") }
            if type == nil { (type, role) = ("kvm", "guest") }
        }
        if FactFile.exists("/dev/kvm") { isHost(of: "kvm") }
    }
}
