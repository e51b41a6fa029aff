internal import Glibc

/// A systemd unit's file as it lies on disk (systemd.unit(5)).
struct UnitFile {
    let unit: String
    let path: String
    private let text: String

    private static let folders = [
        "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/lib/systemd/system",
        "/usr/lib/systemd/system",
    ]

    /// The file that systemd would read, or nil where there is none of that name.
    init?(_ unit: String) throws {
        for folder in Self.folders {
            if let text = try SystemCalls.readText(folder + "/" + unit) {
                self.init(unit: unit, path: folder + "/" + unit, text: text)
                return
            }
        }
        return nil
    }

    init(unit: String, path: String, text: String) {
        self.unit = unit
        self.path = path
        self.text = text
    }

    /// The links below /etc/systemd/system that enabling makes; nil where only systemctl knows (`Also=`, templates, specifiers).
    var installLinks: [String]? {
        var isInstall = false
        var links: [String] = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix("[") { isInstall = line.hasPrefix("[Install]") }
            guard isInstall, !line.hasPrefix("#"), let equals = line.firstIndex(of: "=") else { continue }
            let values = line[line.index(after: equals)...].split(separator: " ")
            switch line[..<equals] {
            case "WantedBy": links += values.map { "\($0).wants/\(unit)" }
            case "RequiredBy": links += values.map { "\($0).requires/\(unit)" }
            case "Alias": links += values.map(String.init)
            default: return nil
            }
        }
        return unit.contains("@") || links.contains { $0.contains("%") } || links.isEmpty ? nil : links
    }

    /// Makes the links as `systemctl enable` does, without making systemd read every unit again: they matter at the next boot.
    static func enable(_ links: [String], to target: String) throws {
        for link in links {
            let path = "/etc/systemd/system/" + link
            if try SystemCalls.linkStatus(path) != nil { continue }
            if let slash = link.firstIndex(of: "/") {
                let folder = "/etc/systemd/system/" + link[..<slash]
                if try SystemCalls.status(folder) == nil {
                    try SystemCalls.check("mkdir", folder) { mkdir(folder, 0o755) }
                }
            }
            try SystemCalls.check("symlink", path) { symlink(target, path) }
        }
    }
}
