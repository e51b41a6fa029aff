/// Why a patch cannot be applied.
package enum PatchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The patch is not of the shape that its kind wants.
    case malformed(String)
    /// A JSON patch's `test` found something else.
    case testFailed(path: String)
    /// A JSON patch names a place that does not exist.
    case missingPath(operation: String, path: String)

    package var description: String {
        switch self {
        case .malformed(let reason): reason
        case .testFailed(let path): "testing value \(path) failed: test failed"
        case .missingPath(let operation, let path):
            "\(operation) operation does not apply: doc is missing path: \(path): missing value"
        }
    }
}
