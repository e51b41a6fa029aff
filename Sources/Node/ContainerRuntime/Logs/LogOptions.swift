package import Linux

/// Which part of a container's log is wanted.
package struct LogOptions: Hashable, Sendable {
    /// Goes on with what is written later, until the container ends.
    package var follow: Bool
    /// Only so many lines from the end, before what follows.
    package var tailLines: Int?
    /// Only what was written at or after a moment.
    package var since: Timestamp?
    /// Puts each line's time before it.
    package var showsTimestamps: Bool
    package var limitBytes: Int?

    package init(
        follow: Bool = false, tailLines: Int? = nil, since: Timestamp? = nil, showsTimestamps: Bool = false,
        limitBytes: Int? = nil
    ) {
        self.follow = follow
        self.tailLines = tailLines
        self.since = since
        self.showsTimestamps = showsTimestamps
        self.limitBytes = limitBytes
    }
}
