import Testing

@testable import SecureShell

@Suite struct JumpHostTests {
    @Test func `OpenSSH's own configuration is enough for a plain host`() {
        let host = JumpHost(destination: "ssh://root@far:22")
        #expect(
            host.arguments(to: "10.0.0.2:22") == [
                "ssh", "-o", "BatchMode=yes", "-W", "10.0.0.2:22", "ssh://root@far:22",
            ])
        #expect(host.configuration.keyword == "ProxyJump")
        #expect(host.configuration.value == "ssh://root@far:22")
    }

    @Test func `a key, a program and an unchecked host key are told to the client, quoted where it is a line`() {
        let host = JumpHost(
            destination: "ssh://far", program: "/opt/my ssh", keyFile: "/keys/it's", checksHostKey: false)
        let wanted = [
            "/opt/my ssh", "-o", "BatchMode=yes", "-i", "/keys/it's", "-o", "IdentitiesOnly=yes", "-o",
            "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-W", "a:1",
            "ssh://far",
        ]
        #expect(host.arguments(to: "a:1") == wanted)
        #expect(host.configuration.keyword == "ProxyCommand")
        #expect(host.configuration.value.hasPrefix("'/opt/my ssh' -o BatchMode=yes -i '/keys/it'\\''s' "))
        #expect(host.configuration.value.hasSuffix(" -W %h:%p ssh://far"))
    }
}
