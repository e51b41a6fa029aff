/// What a command on a machine wrote, and how it ended.
package struct CommandResult: Hashable, Sendable {
    package var status: CommandStatus
    package var output: [UInt8]
    package var errors: [UInt8]

    package init(status: CommandStatus, output: [UInt8], errors: [UInt8]) {
        self.status = status
        self.output = output
        self.errors = errors
    }

    package var exitCode: Int32 { status.code }

    /// Standard output as text.
    package var outputText: String { String(decoding: output, as: UTF8.self) }

    /// Standard error as text.
    package var errorText: String { String(decoding: errors, as: UTF8.self) }
}
