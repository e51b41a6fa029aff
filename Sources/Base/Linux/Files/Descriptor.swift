import CLinux
import Glibc

/// The one owner of an open file descriptor, which it closes at its end.
package struct Descriptor: ~Copyable, Sendable {
    package let raw: Int32

    /// Takes over a descriptor that a call just answered; −1 becomes that call's error.
    package init(taking raw: Int32, from call: String, on subject: String) throws(LinuxError) {
        guard raw >= 0 else { throw .last(call, subject) }
        self.raw = raw
    }

    /// Opens a file, close-on-exec.
    package init(opening path: String, _ flags: Int32, mode: UInt32 = 0) throws(LinuxError) {
        try self.init(taking: open(path, flags | O_CLOEXEC, mode), from: "open", on: path)
    }

    deinit { close(raw) }

    /// Gives the descriptor away without closing it.
    package consuming func release() -> Int32 {
        let raw = raw
        discard self
        return raw
    }

    /// Both ends of a pipe, close-on-exec.
    package static func pipe() throws(LinuxError) -> Pipe {
        var ends: [Int32] = [-1, -1]
        guard clinux_pipe(&ends) == 0 else { throw .last("pipe2", "") }
        return Pipe(
            reading: try Descriptor(taking: ends[0], from: "pipe2", on: ""),
            writing: try Descriptor(taking: ends[1], from: "pipe2", on: ""))
    }

    /// A file without a name, which goes with its last descriptor.
    package static func temporary() throws(LinuxError) -> Descriptor {
        var path = Array("/tmp/clusterfile-XXXXXX".utf8CString)
        let raw = mkstemp(&path)
        guard raw >= 0 else { throw .last("mkstemp", "/tmp") }
        unlink(&path)
        // What another thread starts meanwhile inherits an empty file at worst.
        _ = fcntl(raw, F_SETFD, FD_CLOEXEC)
        return try Descriptor(taking: raw, from: "mkstemp", on: "/tmp")
    }

    /// Writes all bytes, however many calls that takes.
    package borrowing func write(_ bytes: some Sequence<UInt8>, subject: String = "") throws(LinuxError) {
        let all = ContiguousArray(bytes)
        var done = 0
        while done < all.count {
            let count = all.withUnsafeBytes { Glibc.write(raw, $0.baseAddress?.advanced(by: done), all.count - done) }
            if count < 0 {
                if errno == EINTR { continue }
                throw .last("write", subject)
            }
            done += count
        }
    }

    /// Reads to the end of the file.
    package borrowing func readAll(subject: String = "") throws(LinuxError) -> [UInt8] {
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = Glibc.read(raw, &chunk, chunk.count)
            if count == 0 { return all }
            if count < 0 {
                if errno == EINTR { continue }
                throw .last("read", subject)
            }
            all += chunk[..<count]
        }
    }
}

/// A pipe's two ends.
package struct Pipe: ~Copyable, Sendable {
    package var reading: Descriptor
    package var writing: Descriptor

    /// Closes the reading end.
    package consuming func closingReader() -> Descriptor { writing }

    /// Closes the writing end, so that the reading one can come to its end.
    package consuming func closingWriter() -> Descriptor { reading }
}

extension Descriptor {
    /// What is there to read, at most so many bytes; empty at the end of the file.
    package borrowing func read(upTo count: Int, subject: String = "") throws(LinuxError) -> [UInt8] {
        var failure: LinuxError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            var got = -1
            repeat { got = Glibc.read(raw, buffer.baseAddress, count) } while got < 0 && errno == EINTR
            if got < 0 { failure = .last("read", subject) }
            initialized = max(0, got)
        }
        if let failure { throw failure }
        return bytes
    }
}
