/// The session's channel to the server's SFTP subsystem, and how far the conversation on it is; used on the session's thread only.
final class FileChannel {
    let channel: Int
    /// What it is used for now, as an error would name it, and until when.
    var purpose = "opening the file transfer"
    var deadline: ContinuousClock.Instant
    var arrived: ArraySlice<UInt8> = []
    var lastRequest: UInt32 = 0
    /// Requests that no answer has been read to yet.
    var unanswered = 0
    /// Files that the server holds open for us.
    var openHandles = 0

    init(channel: Int, deadline: ContinuousClock.Instant) {
        self.channel = channel
        self.deadline = deadline
    }

    /// Whether the next request would find the conversation where it should be.
    var isClean: Bool { unanswered == 0 && openHandles == 0 }
}

/// An answer of the server's that is not the one hoped for.
struct FileRefusal: Error {
    var status: SecureShellError.FileStatus

    init(_ reply: SFTPReply) {
        status =
            switch reply {
            case .status(.noSuchFile): .noSuchFile
            case .status(.permissionDenied): .permissionDenied
            case .status(.unsupported): .unsupported
            default: .failure
            }
    }
}
