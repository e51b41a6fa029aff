internal import Bundles
internal import JSON
internal import Templates

/// `pause`: the play waits for some time, or for a person.
enum PauseModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let echoes = context.flag("echo", default: true)
        let hidden = echoes ? "" : " (output is hidden)"
        let custom = context.text("prompt").flatMap { $0.isEmpty ? nil : $0 }
        let prompt =
            "[\(context.taskName)]\n\(custom ?? "Press enter to continue, Ctrl+C to interrupt")\(hidden):"
        let (start, began) = (ClockReading(), SystemCalls.monotonicMilliseconds)
        var (input, message) = ("", String?.none)
        if let seconds = seconds(context) {
            let text = "Pausing for \(seconds) seconds\(hidden)" + (custom == nil ? "" : "\n" + prompt)
            _ = try context.ask(.prompt(text: text, echoes: echoes, awaitsLine: false))
            while SystemCalls.monotonicMilliseconds - began < seconds * 1000 {
                try context.checkpoint()
                SystemCalls.sleep(milliseconds: min(200, seconds * 1000 - SystemCalls.monotonicMilliseconds + began))
            }
        } else if let line = try context.ask(.prompt(text: prompt, echoes: echoes, awaitsLine: true)).string {
            input = line
        } else {
            message = "Not waiting for response to prompt as stdin is not interactive"
        }
        let passed = Double(SystemCalls.monotonicMilliseconds - began) / 1000
        let isMinutes = context.arguments["seconds"] == nil
        let shown = ((isMinutes ? passed / 60 : passed) * 100).rounded() / 100
        return Proposal(
            [
                "changed": false, "rc": 0, "stderr": "", "echo": .bool(echoes), "start": .string(start.text),
                "stop": .string(ClockReading().text), "delta": JSON(Int(passed)), "user_input": .string(input),
                "stdout": .string("Paused for \(JSON.number(shown).pythonText) \(isMinutes ? "minutes" : "seconds")"),
            ], message: message)
    }

    /// How long it waits, at least one second; nil where it waits for a person.
    private static func seconds(_ context: ModuleContext) -> Int? {
        let seconds = context.arguments["seconds"]?.double.map { Int($0) }
        let minutes = context.arguments["minutes"]?.double.map { Int($0) * 60 }
        return (seconds ?? minutes).map { max(1, $0) }
    }
}
