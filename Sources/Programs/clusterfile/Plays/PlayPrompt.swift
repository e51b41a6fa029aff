import Glibc
import Plays

/// Asks the person at the terminal what a play wants to know.
enum PlayPrompt {
    /// The answer; nil for an empty one, and where there is no terminal.
    static func answer(to prompt: VariablePrompt) throws -> String? {
        guard isatty(STDIN_FILENO) == 1 else { return nil }
        let question = prompt.question + (prompt.fallback.map { " [\($0)]" } ?? "") + ": "
        while true {
            let answer = try ask(question, prompt)
            if !prompt.isConfirmed || answer.isEmpty { return answer.isEmpty ? nil : answer }
            if try ask("once more, " + question, prompt) == answer { return answer }
            Terminal.error("the two answers differ")
        }
    }

    /// Whether a task is to be done, asked before it; without an answer it is not.
    static func wish(_ task: String) -> Steps.Wish {
        LiveDisplay.shared.write("do '\(task)'? [y]es, [N]o, [c]ontinue without questions: ", to: STDERR_FILENO)
        switch readLine()?.lowercased() {
        case "y", "yes": return .yes
        case "c", "continue": return .all
        default: return .no
        }
    }

    private static func ask(_ question: String, _ prompt: VariablePrompt) throws -> String {
        if prompt.isPrivate { return try Terminal.secret(question) }
        LiveDisplay.shared.write(question, to: STDERR_FILENO)
        return readLine() ?? ""
    }
}
