import CLibvirt
import Glibc

/// The one owner of a libvirt object's reference, which it gives back when it goes.
struct Handle: ~Copyable {
    let pointer: OpaquePointer
    private let release: (OpaquePointer?) -> Int32

    /// Takes over the reference that a libvirt call returned; nil means that the call failed, which throws its error.
    init(
        _ pointer: OpaquePointer?, release: @escaping (OpaquePointer?) -> Int32,
        or failure: (LibvirtFailure) -> HypervisorError
    ) throws(HypervisorError) {
        guard let pointer else { throw failure(.last()) }
        self.pointer = pointer
        self.release = release
    }

    deinit {
        // A reference that cannot be given back is libvirt's bug, and nothing could be done about it here.
        _ = release(pointer)
    }
}

/// A list of libvirt objects that this program owns, as the `virConnectListAll…` calls return it; each element goes with it.
struct HandleList: ~Copyable {
    private let base: UnsafeMutablePointer<OpaquePointer?>?
    private let count: Int
    private let release: (OpaquePointer?) -> Int32

    /// Calls `list`, which fills in an array that it allocates and returns its length or -1.
    init(
        release: @escaping (OpaquePointer?) -> Int32, action: String,
        _ list: (UnsafeMutablePointer<UnsafeMutablePointer<OpaquePointer?>?>) -> Int32
    ) throws(HypervisorError) {
        var base: UnsafeMutablePointer<OpaquePointer?>?
        let count = list(&base)
        guard count >= 0 else { throw .refused(action: action, .last()) }
        self.base = base
        self.count = Int(count)
        self.release = release
    }

    /// What `transform` makes of each object; nil leaves it out.
    func compactMap<Value>(
        _ transform: (OpaquePointer) throws(HypervisorError) -> Value?
    ) throws(HypervisorError) -> [Value] {
        var values: [Value] = []
        for index in 0..<count {
            if let pointer = base?[index], let value = try transform(pointer) { values.append(value) }
        }
        return values
    }

    deinit {
        for index in 0..<count { _ = release(base?[index]) }
        free(base)
    }
}

/// A string that libvirt allocated for the caller, or nil where the call failed.
func takeString(_ pointer: UnsafeMutablePointer<CChar>?) -> String? {
    guard let pointer else { return nil }
    defer { free(pointer) }
    return String(cString: pointer)
}
