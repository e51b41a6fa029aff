internal import Glibc

/// What is mounted now (proc_pid_mountinfo(5)).
struct MountTable {
    struct Entry: Hashable {
        var source: String
        var path: String
        var type: String
        /// The mount's own options and the file system's.
        var options: Set<String>
    }

    /// Every mount, the uppermost of a path last.
    static func current() throws -> [Entry] {
        let text = try SystemCalls.readText("/proc/self/mountinfo") ?? ""
        return text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ").map(String.init)
            guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 3 else { return nil }
            return Entry(
                source: unescaped(fields[dash + 2]), path: unescaped(fields[4]), type: fields[dash + 1],
                options: Set((fields[5] + "," + fields[dash + 3]).split(separator: ",").map(String.init)))
        }
    }

    /// A field as fstab(5) and mountinfo write it: space, tab, newline and backslash as three octal digits.
    static func escaped(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case " ": "\\040"
            case "\t": "\\011"
            case "\n": "\\012"
            case "\\": "\\134"
            default: String(scalar)
            }
        }.joined()
    }

    static func unescaped(_ text: String) -> String {
        guard text.contains("\\") else { return text }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3,
                let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
