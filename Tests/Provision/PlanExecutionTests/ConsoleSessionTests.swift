import Testing

@testable import PlanExecution

@Suite struct ConsoleSessionTests {
    @Test(arguments: [
        ("ls\r", "ls\r", false), ("\u{1D}", "", true), ("ab\u{1D}cd", "ab", true),
        ("\u{1B}[A\u{03}", "\u{1B}[A\u{03}", false),
    ])
    func `what is typed before the escape key is for the machine`(
        _ typed: String, _ sent: String, _ isEscaped: Bool
    ) {
        let result = ConsoleSession.typed(Array(typed.utf8))
        #expect(String(decoding: result.bytes, as: UTF8.self) == sent)
        #expect(result.isEscaped == isEscaped)
    }
}
