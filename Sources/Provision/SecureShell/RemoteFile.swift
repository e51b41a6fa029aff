/// What a machine tells about one of its files.
package struct RemoteFile: Hashable, Sendable {
    package var sizeBytes: UInt64
    /// The permission bits, without the file's type.
    package var mode: UInt16
    package var userID: UInt32
    package var groupID: UInt32
}
