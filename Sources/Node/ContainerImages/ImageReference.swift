/// Which image is meant, in full: registry, repository and tag or digest.
package struct ImageReference: Hashable, Sendable, CustomStringConvertible {
    package let registry: String
    package let repository: String
    /// nil where only a digest was given.
    package let tag: String?
    /// `sha256:` and 64 hexadecimal digits.
    package let digest: String?

    /// Reads a reference as people write it: `busybox` is `docker.io/library/busybox:latest`.
    package init(parsing text: String) throws(ImageError) {
        var rest = Substring(text)
        var digest: String?
        if let at = rest.lastIndex(of: "@") {
            digest = String(rest[rest.index(after: at)...])
            rest = rest[..<at]
        }
        var tag: String?
        // A colon before the last slash belongs to the registry's port.
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
            tag = String(rest[rest.index(after: colon)...])
            rest = rest[..<colon]
        }
        var registry = "docker.io"
        var repository = String(rest)
        if let slash = rest.firstIndex(of: "/") {
            let first = rest[..<slash]
            if first.contains(".") || first.contains(":") || first == "localhost" {
                registry = first == "index.docker.io" ? "docker.io" : String(first)
                repository = String(rest[rest.index(after: slash)...])
            }
        }
        if registry == "docker.io", !repository.contains("/") { repository = "library/" + repository }
        guard ImageReference.isRepository(repository), tag.map(ImageReference.isTag) ?? true,
            digest.map(ImageReference.isDigest) ?? true, ImageReference.isRegistry(registry)
        else { throw .malformedReference(text) }
        self.registry = registry
        self.repository = repository
        self.digest = digest
        self.tag = tag ?? (digest == nil ? "latest" : nil)
    }

    package var description: String {
        "\(registry)/\(repository)" + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "")
    }

    /// Whether a text is a SHA-256 digest in OCI's form.
    package static func isDigest(_ text: String) -> Bool {
        let hex = text.utf8.dropFirst(7)
        return text.hasPrefix("sha256:") && hex.count == 64
            && hex.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    private static func isRepository(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 255
            && text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
                guard let first = part.utf8.first, let last = part.utf8.last else { return false }
                return isAlphanumeric(first) && isAlphanumeric(last)
                    && part.utf8.allSatisfy { isAlphanumeric($0) || ".-_".utf8.contains($0) }
            }
    }

    private static func isTag(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 128, !".-".utf8.contains(first) else { return false }
        return text.utf8.allSatisfy { isAlphanumeric($0) || (65...90).contains($0) || ".-_".utf8.contains($0) }
    }

    private static func isRegistry(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { isAlphanumeric($0) || (65...90).contains($0) || ".-:[]".utf8.contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...122).contains(byte) }
}
