import FoundationEssentials
import HTTPServing
import Testing

/// A self-signed certificate of `O=system:nodes, O=more, CN=system:node:n1`, made with OpenSSL.
private let certificate = """
    MIIB1TCCAXugAwIBAgIUF2jGBgNMSICKw60JF3RTLs6wGiUwCgYIKoZIzj0EAwIwPzEVMBMGA1UECgwMc3lzdGVtOm5vZGVzMQ0w
    CwYDVQQKDARtb3JlMRcwFQYDVQQDDA5zeXN0ZW06bm9kZTpuMTAgFw0yNjExMjExMDM1MjNaGA8yMTI2MTAyODEwMzUyM1owPzEV
    MBMGA1UECgwMc3lzdGVtOm5vZGVzMQ0wCwYDVQQKDARtb3JlMRcwFQYDVQQDDA5zeXN0ZW06bm9kZTpuMTBZMBMGByqGSM49AgEG
    CCqGSM49AwEHA0IABHsVv/8dE+CQwAIEU9yHraxSTicu2rnpvfJhuFDxaOSgfRI0F44PQyHDOsgMoyk2EewR2zscpRSoQFXYCjWq
    C3ajUzBRMB0GA1UdDgQWBBTUaYdHZA+cOPiRjiXy5dO7vpQ0ujAfBgNVHSMEGDAWgBTUaYdHZA+cOPiRjiXy5dO7vpQ0ujAPBgNV
    HRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQDOKc1Cdh7RZcoOiKxi/Yn12sjLDnnVQZ3QBoVwCO3gHQIgQBT8zbiQYvRb
    CI1yvelz6LZIqKjxa8eoMd7dDKKSwEQ=
    """

@Suite struct CertificateSubjectTests {
    private var der: [UInt8] { Array(Data(base64Encoded: certificate, options: .ignoreUnknownCharacters) ?? Data()) }

    @Test func `A certificate names its user and the groups`() {
        let subject = CertificateSubject(der: der)
        #expect(subject?.commonName == "system:node:n1")
        #expect(subject?.organizations == ["system:nodes", "more"])
    }

    @Test func `A certificate that is cut off names nobody, and breaks nothing`() {
        for length in 0..<der.count { #expect(CertificateSubject(der: Array(der.prefix(length))) == nil) }
    }

    @Test func `Bytes at random break nothing`() {
        for position in der.indices {
            var broken = der
            broken[position] = 0xFF
            _ = CertificateSubject(der: broken)
        }
    }
}
