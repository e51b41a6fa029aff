import SecureShell
import Testing

@testable import PlanExecution

@Suite struct LibvirtEndpointTests {
    @Test(arguments: [
        ("qemu:///system", nil), ("qemu+unix:///system?socket=/run/x", nil), ("qemu+ssh:///system", nil),
        ("qemu+ssh://far/system", JumpHost(destination: "ssh://far")),
        ("qemu+ssh://root@far:2022/system?socket=/run/x", JumpHost(destination: "ssh://root@far:2022")),
        (
            "qemu+libssh2://far/system?keyfile=/my%20keys/id&no_verify=1&command=/opt/ssh",
            JumpHost(destination: "ssh://far", program: "/opt/ssh", keyFile: "/my keys/id", checksHostKey: false)
        ),
    ])
    func `a URI over SSH says how its host is reached`(uri: String, wanted: JumpHost?) {
        #expect(LibvirtEndpoint.jumpHost(of: uri) == wanted)
    }

    @Test(arguments: [
        ("qemu:///system", nil), ("qemu+ssh://root@far:2022/system", "far"), ("qemu+tls://far/system", "far"),
        ("test", nil),
    ])
    func `a URI names a host or this one`(uri: String, host: String?) { #expect(LibvirtEndpoint.host(of: uri) == host) }
}
