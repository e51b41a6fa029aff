internal import Glibc

/// Functions of the C library that its Swift module leaves out.
enum HiddenFunction {
    /// - Parameter type: its C function type, which nothing checks.
    static func named<T>(_ name: String, as type: T.Type) -> T {
        guard let address = dlsym(nil, name) else { preconditionFailure("the C library has no '\(name)'") }
        return unsafeBitCast(address, to: type)
    }
}
