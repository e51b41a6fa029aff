import CLibvirt

/// What libvirt said in the call that failed: its error code and domain (`virErrorNumber`, `virErrorDomain`) and its text.
package struct LibvirtFailure: Hashable, Sendable {
    package var code: Int32
    package var domain: Int32
    package var message: String

    package init(code: Int32, domain: Int32, message: String) {
        self.code = code
        self.domain = domain
        self.message = message
    }

    /// The calling thread's last error; only valid right after the call that failed, on its thread.
    static func last() -> LibvirtFailure {
        guard let error = virGetLastError() else {
            return LibvirtFailure(code: 0, domain: 0, message: "libvirt gave no reason")
        }
        let message = error.pointee.message.map { String(cString: $0) } ?? "libvirt gave no reason"
        return LibvirtFailure(code: error.pointee.code, domain: error.pointee.domain, message: message)
    }

    func isOne(of codes: virErrorNumber...) -> Bool {
        codes.contains { Int32(bitPattern: $0.rawValue) == code }
    }
}
