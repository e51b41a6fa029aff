internal import Glibc
internal import JSON

extension TestTable {
    private static func result(_ holds: @escaping @Sendable (JSON) -> Bool) -> Test {
        plain { value, _ in
            guard value.object != nil else {
                throw TemplateProblemThrown(.typeMismatch("\(value.pythonType) is not a task's result"))
            }
            return holds(value)
        }
    }

    /// What a registered result says of its task.
    static let results: [String: Test] = {
        let failed = result { $0["failed"]?.isTruthy ?? false }
        let succeeded = result { !($0["failed"]?.isTruthy ?? false) }
        let changed = result { value in
            value["changed"]?.isTruthy ?? value["results"]?.array?.contains { $0["changed"]?.isTruthy ?? false }
                ?? false
        }
        let skipped = result { $0["skipped"]?.isTruthy ?? false }
        return [
            "failed": failed, "failure": failed, "success": succeeded, "succeeded": succeeded, "successful": succeeded,
            "changed": changed, "change": changed, "skipped": skipped, "skip": skipped,
            "reachable": result { !($0["unreachable"]?.isTruthy ?? false) },
            "unreachable": result { $0["unreachable"]?.isTruthy ?? false },
            // A task that is not asynchronous has started and finished.
            "started": result { $0["started"]?.equals(1) ?? true },
            "finished": result { $0["finished"]?.equals(1) ?? true },
        ]
    }()

    private static func mode(_ path: String, followsLinks: Bool = true) -> mode_t? {
        var status = stat()
        let found = followsLinks ? stat(path, &status) : lstat(path, &status)
        return found == 0 ? status.st_mode & S_IFMT : nil
    }

    private static func path(_ holds: @escaping @Sendable (String) -> Bool) -> Test {
        plain { value, _ in holds(value.pythonText) }
    }

    static let paths: [String: Test] = {
        let absolute = path { $0.hasPrefix("/") }
        let directory = path { mode($0) == S_IFDIR }
        let file = path { mode($0) == S_IFREG }
        let link = path { mode($0, followsLinks: false) == S_IFLNK }
        let mount = path { isMount($0) }
        let same = plain { value, arguments in
            let other = try arguments.required(0, "path", of: "same_file").pythonText
            var (left, right) = (stat(), stat())
            guard stat(value.pythonText, &left) == 0, stat(other, &right) == 0 else {
                throw TemplateProblemThrown.bad("same_file", "'\(value.pythonText)' or '\(other)' is not there")
            }
            return left.st_dev == right.st_dev && left.st_ino == right.st_ino
        }
        return [
            "abs": absolute, "is_abs": absolute, "directory": directory, "is_dir": directory, "file": file,
            "is_file": file, "link": link, "is_link": link, "exists": path { mode($0) != nil },
            "link_exists": path { mode($0, followsLinks: false) != nil }, "mount": mount, "is_mount": mount,
            "same_file": same, "is_same_file": same,
        ]
    }()

    /// A folder on another device than the one above it, or the root.
    private static func isMount(_ path: String) -> Bool {
        var (status, above) = (stat(), stat())
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFLNK,
            lstat(Paths.joined(path, ".."), &above) == 0
        else { return false }
        return status.st_dev != above.st_dev || status.st_ino == above.st_ino
    }
}
