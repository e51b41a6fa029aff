import CLibvirt
import Foundation
import Testing

@testable import Hypervisor

/// What is written in `Golden/` is what libvirt takes, by its schema and by its own checks, and what it shows again.
struct GoldenLabTests {
    @Test(arguments: Golden<DomainSpec>.all)
    func libvirtTakesTheDomainAndShowsTheSameHardware(golden: Golden<DomainSpec>) async throws {
        try await Lab.use { lab in
            var (spec, validate) = (golden.spec, VIR_DOMAIN_DEFINE_VALIDATE.rawValue)
            (spec.name, spec.uuid) = (lab.prefix + golden.name, UUID().uuidString.lowercased())
            do {
                try await lab.host.define(domain: spec.name, xml: spec.xml, flags: validate)
            } catch HypervisorError.refused(_, let failure)
                where failure.message.hasSuffix("does not support virt type 'kvm'")
            {
                // The schema has been passed. Where there is no KVM, the rest is proven as an emulated machine's.
                try #require(spec.hardware.virtualization == .kvm)
                var element = spec.element
                element.attributes = [.init(name: "type", value: "qemu")]
                spec.hardware.virtualization = .emulated
                try await lab.host.define(domain: spec.name, xml: element.rendered(), flags: validate)
            }
            let found = try #require(try await lab.host.domains().first { $0.name == spec.name })
            #expect(found.defined == spec.expectedHardware)
            #expect(found.running == nil)
            #expect(found.metadata == spec.metadata)
            #expect(found.isAsRecorded == true)
        }
    }

    @Test(arguments: Golden<NetworkSpec>.all)
    func libvirtTakesTheNetworkAndShowsTheSameConfiguration(golden: Golden<NetworkSpec>) async throws {
        try await Lab.use { lab in
            var spec = golden.spec
            (spec.name, spec.uuid) = (lab.prefix + golden.name, UUID().uuidString.lowercased())
            spec.configuration.bridge = "t" + lab.prefix.dropFirst(5)
            try await lab.host.define(spec)
            let found = try #require(try await lab.host.networks().first { $0.name == spec.name })
            #expect(found.defined == spec.configuration)
            #expect(found.running == nil)
            #expect(found.metadata == spec.metadata)
            #expect(found.isAsRecorded == true)
        }
    }
}
