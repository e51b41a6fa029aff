internal import Bundles
internal import JSON

// Where a play is, for a runner that goes on in this one's place.
extension PlayRunner {
    /// Tells the controller which task, or which handler, comes now, and what it does not know yet.
    func mark(handler: Int? = nil, reboot: JSONObject? = nil) throws {
        guard start.isMarked else { return }
        var point = ResumePoint()
        (point.place, point.counts, point.handler, point.reboot) = (place, runner.counts, handler, reboot)
        point.failedBlocks = Array(failedBlocks)
        point.roles = Array(roles.dropFirst(marked.roles))
        point.handlers = Array(handlers.dropFirst(marked.handlers))
        marked = (roles.count, handlers.count)
        runner.tell(&point)
        try runner.channel.send(Frame(.mark, point.json.bytes))
    }
}
