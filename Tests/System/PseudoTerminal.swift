import Foundation
import TerminalModels

/// A program whose stderr is a terminal of the test's own, and what it has written there.
final class PseudoTerminal {
    private let leader: Int32
    private let process = Process()
    private(set) var screen: TerminalModel
    /// `TIOCSPTLCK` and `TIOCGPTN` of Linux (ioctl_tty(2)), which the C library's module leaves out.
    private static let setLock: UInt = 0x4004_5431
    private static let number: UInt = 0x8004_5430

    init(
        _ arguments: [String], environment: [String: String], folder: URL, width: Int, height: Int, output: FileHandle
    ) throws {
        leader = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (number, isLocked): (UInt32, Int32) = (0, 0)
        guard leader >= 0, ioctl(leader, Self.setLock, &isLocked) == 0, ioctl(leader, Self.number, &number) == 0 else {
            throw SetupError("no pseudo-terminal: \(String(cString: strerror(errno)))")
        }
        var size = winsize(ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(leader, UInt(TIOCSWINSZ), &size)
        let follower = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        screen = TerminalModel(width: width, height: height)
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["TERM": "xterm"]) { $1 }
            .merging(environment) { $1 }
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle(fileDescriptor: follower, closeOnDealloc: true)
        try process.run()
        close(follower)
    }

    deinit { close(leader) }

    /// Reads what the program writes until it ends, and gives its exit status. `seen` is called after each read.
    func run(deadline seconds: TimeInterval, seen: (TerminalModel) throws -> Void) throws -> Int32 {
        let end = ContinuousClock.now + .seconds(seconds)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var pending: [UInt8] = []
        while true {
            guard ContinuousClock.now < end else {
                process.terminate()
                throw NeverHappened(what: "the end", seen: screen.lines.joined(separator: "\n"))
            }
            var request = pollfd(fd: leader, events: Int16(POLLIN), revents: 0)
            guard poll(&request, 1, 100) > 0 else { continue }
            let count = read(leader, &buffer, buffer.count)
            // The last holder of the other side has gone.
            guard count > 0 else { break }
            pending += buffer[..<count]
            // A character may come in two pieces.
            guard let text = String(validating: pending, as: UTF8.self) else { continue }
            pending = []
            screen.feed(text)
            try seen(screen)
        }
        process.waitUntilExit()
        return process.terminationStatus
    }

    func resize(width: Int, height: Int) {
        var size = winsize(ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(leader, UInt(TIOCSWINSZ), &size)
        screen.resize(width: width)
    }
}
