internal import Glibc

/// A file's extended attributes (xattr(7)): access control lists, capabilities, labels, users' own.
enum ExtendedAttributes {
    private typealias List = @convention(c) (UnsafePointer<CChar>, UnsafeMutableRawPointer?, Int) -> Int
    private typealias Get =
        @convention(c) (
            UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeMutableRawPointer?, Int
        ) -> Int
    private typealias Set = @convention(c) (Int32, UnsafePointer<CChar>, UnsafeRawPointer?, Int, Int32) -> Int32

    private static let list = HiddenFunction.named("listxattr", as: List.self)
    private static let get = HiddenFunction.named("getxattr", as: Get.self)
    private static let set = HiddenFunction.named("fsetxattr", as: Set.self)

    /// Gives an open file what a path has; what its file system or our rights refuse is left out.
    static func copy(from path: String, to file: Int32) throws {
        for name in try names(path) {
            guard let value = value(of: name, path) else { continue }
            // Labels of the kernel's own (security.selinux) are not ours to set, and the file has its folder's.
            _ = value.withUnsafeBytes { set(file, name, $0.baseAddress, $0.count, 0) }
        }
    }

    static func names(_ path: String) throws -> [String] {
        let size = list(path, nil, 0)
        if size < 0, errno != ENOTSUP { throw TaskFailure.system(call: "listxattr", subject: path, errno: errno) }
        guard size > 0 else { return [] }
        var buffer = [UInt8](repeating: 0, count: size)
        let count = buffer.withUnsafeMutableBytes { list(path, $0.baseAddress, $0.count) }
        return buffer.prefix(max(0, count)).split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func value(of name: String, _ path: String) -> [UInt8]? {
        let size = get(path, name, nil, 0)
        guard size >= 0 else { return nil }
        var buffer = [UInt8](repeating: 0, count: size)
        let count = buffer.withUnsafeMutableBytes { get(path, name, $0.baseAddress, $0.count) }
        return count == size ? buffer : nil
    }
}
