package import Addresses
package import Clusterfiles
package import JSON
package import SecureShell

/// A port of the host's that leads to a port of a machine.
package struct Forward: Hashable, Sendable {
    package typealias Transport = MachineSpec.PortForward.TransportProtocol

    package var transport: Transport
    package var hostAddress: IPv4Address
    package var hostPort: Int
    package var machine: String
    package var guestAddress: IPv4Address
    package var guestPort: Int
    /// The host through which the machine is reached, where this one does not reach it itself.
    package var jump: JumpHost?

    package init(
        transport: Transport, hostAddress: IPv4Address, hostPort: Int, machine: String, guestAddress: IPv4Address,
        guestPort: Int, jump: JumpHost? = nil
    ) {
        self.transport = transport
        self.hostAddress = hostAddress
        self.hostPort = hostPort
        self.machine = machine
        self.guestAddress = guestAddress
        self.guestPort = guestPort
        self.jump = jump
    }
}

extension Forward {
    /// Where it is listened on: `127.0.0.1:8080/tcp`.
    package var place: String { "\(hostAddress):\(hostPort)/\(transport.rawValue)" }

    /// The forward for scripts and for the record.
    package var json: JSON {
        var json: JSON = [
            "transport": .string(transport.rawValue), "hostAddress": JSON("\(hostAddress)"), "hostPort": JSON(hostPort),
            "machine": .string(machine), "guestAddress": JSON("\(guestAddress)"), "guestPort": JSON(guestPort),
        ]
        if let jump { json["jump"] = jump.json }
        return json
    }

    /// Reads what `json` gives; nil for anything else.
    package init?(_ json: JSON) {
        guard let transport = json["transport"]?.string.flatMap(Transport.init),
            let hostAddress = json["hostAddress"]?.string.flatMap({ IPv4Address($0) }),
            let hostPort = json["hostPort"]?.integer, let machine = json["machine"]?.string,
            let guestAddress = json["guestAddress"]?.string.flatMap({ IPv4Address($0) }),
            let guestPort = json["guestPort"]?.integer
        else { return nil }
        self.init(
            transport: transport, hostAddress: hostAddress, hostPort: Int(hostPort), machine: machine,
            guestAddress: guestAddress, guestPort: Int(guestPort), jump: json["jump"].flatMap { JumpHost($0) })
    }
}

extension JumpHost {
    fileprivate var json: JSON {
        [
            "destination": .string(destination), "program": .string(program),
            "keyFile": keyFile.map { .string($0) } ?? .null,
            "checksHostKey": .bool(checksHostKey),
        ]
    }

    fileprivate init?(_ json: JSON) {
        guard let destination = json["destination"]?.string else { return nil }
        self.init(
            destination: destination, program: json["program"]?.string ?? "ssh", keyFile: json["keyFile"]?.string,
            checksHostKey: json["checksHostKey"]?.bool ?? true)
    }
}

extension ClusterSpec {
    /// The forwards that the cluster's machines want, in the file's order, by the ways to where they are.
    package func forwards(on sites: Sites) -> [Forward] {
        machines.flatMap { machine in
            machine.ports.map { port in
                Forward(
                    transport: port.transport, hostAddress: port.hostAddress, hostPort: port.hostPort,
                    machine: machine.name, guestAddress: machine.address, guestPort: port.guestPort,
                    jump: sites[machine.name].jumpHost)
            }
        }
    }
}
