internal import Bundles
internal import JSON

// A play whose tasks add to the run's inventory.
extension PlayRunner {
    /// Hears what the inventory has become, where no meeting behind the task tells of it.
    func hearOfInventory(behind task: BundledTask, isHandler: Bool) throws {
        guard ModuleSpec.growing.contains(task.module),
            isHandler || isAlone || task.module == "add_host"
        else { return }
        let news = try runner.ask(.inventory)
        if !news.isNull { take(try InventoryNews(json: news)) }
    }

    func take(_ news: InventoryNews) {
        runner.take(news)
        added = news.added.filter { !start.hosts.contains($0) }
    }

    /// The present item's own place in the play, the same where another runner does the task again.
    var placeOfItem: [Int] { place + (handler.map { [$0] } ?? []) + [begunItems] }
}
