/// What a person wants of each task who is asked before it (`--step`): once for all machines.
package actor Steps {
    package enum Wish: Hashable, Sendable {
        case yes, no
        /// This one and all that come.
        case all
    }

    package typealias Question = @Sendable (_ task: String) async -> Wish

    private let question: Question?
    private var wishes: [[Int]: Task<Wish, Never>] = [:]
    private var asksNoMore = false
    private var last: Task<Wish, Never>?

    /// Without a question every task is wanted.
    init(_ question: Question?) { self.question = question }

    nonisolated var areWanted: Bool { question != nil }

    func wants(_ task: String, at place: [Int]) async -> Bool {
        guard let question, !asksNoMore else { return true }
        let wish =
            wishes[place]
            ?? Task { [last] in
                // One question at a time.
                if await last?.value == .all { return .all }
                return await question(task)
            }
        if wishes[place] == nil { (wishes[place], last) = (wish, wish) }
        let wanted = await wish.value
        if wanted == .all { asksNoMore = true }
        return wanted != .no
    }
}
