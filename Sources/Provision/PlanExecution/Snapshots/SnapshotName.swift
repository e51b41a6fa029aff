package import Diagnostics

/// A snapshot's name, which libvirt, QEMU and qcow2 all take as one.
package struct SnapshotName: Hashable, Sendable, CustomStringConvertible {
    package let text: String
    package var description: String { text }

    /// At most 63 letters, digits, `-`, `_` and `.`, from a letter or a digit on, and not digits alone: `qemu-img` takes
    /// a number for a snapshot's place in the file, and libvirt refuses a leading dot and any slash.
    package init(_ text: String) throws(Diagnosis) {
        let characters = text.unicodeScalars
        let isPlain = characters.allSatisfy {
            ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
                || "-_.".unicodeScalars
                    .contains($0)
        }
        let why: String? =
            if text.isEmpty {
                "it is empty"
            } else if !isPlain {
                "it has other characters than letters, digits, '-', '_' and '.'"
            } else if "-_.".unicodeScalars.contains(characters[characters.startIndex]) {
                "it does not begin with a letter or a digit"
            } else if text.allSatisfy(\.isNumber) {
                "it is a number, which QEMU takes for a snapshot's place in the file"
            } else if text.utf8.count > 63 {
                "it has more than 63 characters"
            } else {
                nil
            }
        if let why {
            throw Diagnosis(
                "'\(text)' cannot be a snapshot's name", why: why, fix: "choose one such as 'before-upgrade'")
        }
        self.text = text
    }
}
