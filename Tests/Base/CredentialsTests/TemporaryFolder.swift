import FoundationEssentials
import Glibc

/// A folder for one test, removed at its end.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    var template = Array("/tmp/credentials-test-XXXXXX".utf8CString)
    let path = try template.withUnsafeMutableBufferPointer { buffer in
        guard let name = buffer.baseAddress, mkdtemp(name) != nil else { throw CannotCreate() }
        return String(cString: name)
    }
    defer { try? FileManager.default.removeItem(atPath: path) }  // nothing can be done about it
    return try body(path)
}

struct CannotCreate: Error {}

/// What a program printed to its output, and how it ended.
func run(_ command: String) throws -> (output: String, status: Int32) {
    guard let pipe = popen(command + " 2>&1", "r") else { throw CannotCreate() }
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = fread(&chunk, 1, chunk.count, pipe)
        if count == 0 { break }
        output += chunk[..<count]
    }
    return (String(decoding: output, as: UTF8.self), pclose(pipe) >> 8)
}

func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

func permissions(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
}
