import Testing

@testable import Credentials

@Suite struct ClusterIdentityTests {
    @Test func versionFiveIsTheStandardsOwn() {
        // RFC 9562, appendix A.4: the DNS namespace and www.example.com.
        let dns: [UInt8] = [
            0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
        ]
        #expect(nameBasedUUID(namespace: dns, name: "www.example.com") == "2ed6657d-e927-568b-95e1-2665a8aea6a2")
    }

    @Test func sameOwnerAndNameGiveTheSameCluster() {
        #expect(clusterUUID(owner: "me", name: "kube") == clusterUUID(owner: "me", name: "kube"))
        #expect(clusterUUID(owner: "me", name: "kube") != clusterUUID(owner: "you", name: "kube"))
        #expect(clusterUUID(owner: "a", name: "bc") != clusterUUID(owner: "ab", name: "c"))
    }
}
