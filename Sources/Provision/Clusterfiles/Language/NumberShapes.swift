internal import JSON
internal import YAML

extension Shape<Int> {
    static func count(_ range: ClosedRange<Int>, _ wants: String = "a whole number", example: String = "2") -> Shape {
        Shape(
            wants: "\(wants) from \(range.lowerBound) to \(range.upperBound)", example: example, form: .number(range)
        ) { node, _ throws(Complaint) in
            guard let number = node.json.integer ?? node.text.flatMap({ Int($0) }) else {
                guard let text = node.json.string else { throw .wrongType }
                throw .wrongValue(why: text.isEmpty ? "this is empty" : "this is '\(text)'", instead: nil)
            }
            guard range.contains(number) else { throw .wrongValue(why: "this is \(number)", instead: nil) }
            return number
        }
    }

    /// Permission bits as chmod has them: three or four octal digits, quoted or not.
    static let mode: Shape = .parsed(
        "permissions such as 0644", pattern: "^0?[0-7]{3}$|^[1-7][0-7]{3}$", examples: ["0644", "0600", "755"],
        example: "\"0644\""
    ) { text in
        guard (3...4).contains(text.utf8.count) else { return nil }
        return text.utf8.allSatisfy { (0x30...0x37).contains($0) } ? Int(text, radix: 8) : nil
    }
}

extension Shape<ByteCount> {
    static let size = Shape(
        wants: "a size such as 3GiB", example: "3GiB",
        form: .text(pattern: "^[0-9]+([.][0-9]+)? *[MGT]iB$", examples: ["3GiB", "512MiB", "1.5 GiB", "1TiB"])
    ) { node, _ throws(Complaint) in
        let text = try node.words()
        if let size = ByteCount(text) { return size }
        if text.isEmpty { throw .wrongValue(why: "this is empty", instead: nil) }
        if let bare = Int(text) {
            throw .wrongValue(why: "\(bare) has no unit", instead: bare >= 128 ? "\(bare)MiB" : "\(bare)GiB")
        }
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = text.dropFirst(number.count).drop { $0 == " " }
        if let first = unit.first?.uppercased(), "MGT".contains(first), ByteCount("\(number)\(first)iB") != nil {
            throw .wrongValue(
                why: "'\(unit)' is no unit here, only MiB, GiB and TiB are", instead: "\(number)\(first)iB")
        }
        throw .wrongValue(why: "'\(text)' is not a whole number of MiB", instead: nil)
    }
}

extension Shape<HostCPUSet> {
    static let hostCPUs: Shape = .parsed(
        "CPUs of the host such as 0-3,8", pattern: "^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$", examples: ["0-3,8", "2"]
    ) { HostCPUSet($0) }
}

extension Shape<PCIAddress> {
    static let pciAddress: Shape = .parsed(
        "a device's address such as 0000:01:00.0, as 'lspci -D' prints it",
        pattern: "^([0-9a-fA-F]{4}:)?[0-9a-fA-F]{2}:[01][0-9a-fA-F][.][0-7]$", examples: ["0000:01:00.0", "01:00.1"]
    ) { PCIAddress($0) }
}
