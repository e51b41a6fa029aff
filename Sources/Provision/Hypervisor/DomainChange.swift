import CLibvirt

/// One change of a domain, made to what it is defined as and, where it runs, to what it is now; runs on a lane.
struct DomainChange: ~Copyable {
    let name: String
    private let handle: Handle
    /// The description for its next start.
    let defined: XMLElement
    /// The description of what runs; nil where nothing does.
    let running: XMLElement?
    private let wasAsRecorded: Bool

    var pointer: virDomainPtr { handle.pointer }

    init(of name: String, on connection: virConnectPtr) throws(HypervisorError) {
        let handle = try Lookup.domain(name, on: connection)
        guard let defined = try Observation.definition(ofDomain: handle.pointer, named: name) else {
            throw .refused(action: "look at domain '\(name)'", .last())
        }
        running = try Observation.running(domain: handle.pointer, named: name)
        self.name = name
        self.handle = handle
        self.defined = defined
        wasAsRecorded = DefinitionDigest.isKept(in: defined, of: .machine) == true
    }

    /// Does `act` with the flag of each of the two descriptions for which `isNeeded` says so; what runs comes first, since it
    /// can refuse.
    func apply(
        _ action: String, where isNeeded: (XMLElement) throws -> Bool,
        _ act: (XMLElement, UInt32) throws -> Int32
    ) throws {
        for (description, flag) in [
            (running, VIR_DOMAIN_AFFECT_LIVE.rawValue), (defined, VIR_DOMAIN_AFFECT_CONFIG.rawValue),
        ] {
            guard let description, try isNeeded(description) else { continue }
            try HypervisorError.check(try act(description, flag), "\(action) domain '\(name)'")
        }
    }

    /// Changes what no call of libvirt's changes of the definition.
    func redefine(_ description: XMLElement, _ action: String) throws(HypervisorError) {
        guard let connection = virDomainGetConnect(pointer) else { throw .refused(action: action, .last()) }
        _ = try Handle(virDomainDefineXML(connection, description.rendered()), release: virDomainFree) {
            .refused(action: "\(action) domain '\(name)'", $0)
        }
    }

    /// Records the definition anew, unless somebody else had changed it before: that stays to be seen.
    func record() throws(HypervisorError) {
        if wasAsRecorded { try Recording.record(domain: pointer, named: name) }
    }
}

extension Hypervisor {
    func change(
        domain name: String, _ body: @escaping @Sendable (borrowing DomainChange) throws -> Void
    ) async throws {
        try await call { connection in
            let change = try DomainChange(of: name, on: connection)
            try body(change)
            try change.record()
        }
    }
}
