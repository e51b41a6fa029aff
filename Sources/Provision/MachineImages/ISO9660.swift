/// A disk with a few files in its root, as an ISO 9660 file system (ECMA-119), which every system reads.
///
/// Names are stored as they are given, in lower case and without a version, as genisoimage's `-l -allow-lowercase` does.
/// The image is deterministic: it carries no times.
struct ISO9660: Sendable {
    /// The file system's bytes, a whole number of 2048-byte sectors.
    private(set) var bytes: [UInt8] = []

    private static let sectorSize = 2048
    private static let pathTables = (little: 18, big: 19)
    private static let root = 20

    /// `label` has at most 32 characters; a name at most 30, without slashes.
    init(label: String, files: [(name: String, content: [UInt8])]) {
        let files = files.sorted { $0.name < $1.name }
        var next = Self.root + 1
        var records = [Self.record([0], Self.root, Self.sectorSize, isFolder: true)]
        records.append(Self.record([1], Self.root, Self.sectorSize, isFolder: true))
        for file in files {
            records.append(Self.record(Array(file.name.utf8), next, file.content.count, isFolder: false))
            next += Self.sectors(file.content.count)
        }
        let folder = records.flatMap(\.self)
        precondition(folder.count <= Self.sectorSize, "the root folder is one sector long")
        bytes = [UInt8](repeating: 0, count: 16 * Self.sectorSize)
        append(Self.primaryDescriptor(label, sectors: next))
        append([255] + Array("CD001".utf8) + [1])
        append([1, 0] + Self.little(Self.root, 4) + Self.little(1, 2) + [0, 0])
        append([1, 0] + Self.big(Self.root, 4) + Self.big(1, 2) + [0, 0])
        append(folder)
        for file in files { append(file.content) }
    }

    private mutating func append(_ content: [UInt8]) {
        bytes += content
        bytes += [UInt8](repeating: 0, count: Self.sectors(content.count) * Self.sectorSize - content.count)
    }

    private static func sectors(_ count: Int) -> Int { (count + sectorSize - 1) / sectorSize }

    /// Section 8.4.
    private static func primaryDescriptor(_ label: String, sectors: Int) -> [UInt8] {
        let noTime = [UInt8](repeating: UInt8(ascii: "0"), count: 16) + [0]
        var descriptor: [UInt8] = [1] + Array("CD001".utf8) + [1, 0]
        descriptor += text("", 32) + text(label, 32) + [UInt8](repeating: 0, count: 8)
        descriptor += both(sectors, 4) + [UInt8](repeating: 0, count: 32)
        // One disk of a set of one, its sectors, the path table.
        descriptor += both(1, 2) + both(1, 2) + both(sectorSize, 2) + both(10, 4)
        descriptor += little(pathTables.little, 4) + little(0, 4) + big(pathTables.big, 4) + big(0, 4)
        descriptor += record([0], root, sectorSize, isFolder: true)
        // Set, publisher, preparer, application; copyright, abstract and bibliography files.
        descriptor += [128, 128, 128, 128, 37, 37, 37].flatMap { text("", $0) }
        return descriptor + noTime + noTime + noTime + noTime + [1]
    }

    /// Section 9.1.
    private static func record(_ name: [UInt8], _ sector: Int, _ count: Int, isFolder: Bool) -> [UInt8] {
        precondition(name.count <= 30, "a name has at most 30 bytes")
        let length = 33 + name.count + (name.count % 2 == 0 ? 1 : 0)
        var record: [UInt8] = [UInt8(length), 0] + both(sector, 4) + both(count, 4)
        record += [UInt8](repeating: 0, count: 7) + [isFolder ? 2 : 0, 0, 0] + both(1, 2)
        record += [UInt8(name.count)] + name
        return record + [UInt8](repeating: 0, count: length - record.count)
    }

    private static func text(_ text: String, _ width: Int) -> [UInt8] {
        Array(text.utf8.prefix(width)) + [UInt8](repeating: 0x20, count: max(0, width - text.utf8.count))
    }

    private static func little(_ value: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    private static func big(_ value: Int, _ width: Int) -> [UInt8] { little(value, width).reversed() }

    private static func both(_ value: Int, _ width: Int) -> [UInt8] { little(value, width) + big(value, width) }
}
