internal import Bundles
internal import Glibc
internal import JSON

/// The times that a task wants a file to have; nil leaves one as it is.
struct FileTimes {
    private enum Time: Hashable {
        case now
        case at(time_t)

        var value: timespec {
            switch self {
            // UTIME_NOW of sys/stat.h.
            case .now: timespec(tv_sec: 0, tv_nsec: (1 << 30) - 1)
            case .at(let seconds): timespec(tv_sec: seconds, tv_nsec: 0)
            }
        }

        func differs(from current: timespec) -> Bool { self != .at(current.tv_sec) }
    }

    private let modification: Time?
    private let access: Time?

    init(_ context: ModuleContext, isTouch: Bool) throws {
        func time(_ name: String) throws -> Time? {
            switch context.text(name) ?? (isTouch ? "now" : "preserve") {
            case "preserve": return nil
            case "now": return .now
            case let text:
                let format = context.text(name + "_format") ?? "%Y%m%d%H%M.%S"
                guard let seconds = Self.seconds(text, format) else {
                    throw TaskFailure.badArguments(
                        module: "file", reason: "'\(name)' is no time of the format \(format): \(text)")
                }
                return .at(seconds)
            }
        }
        modification = try time("modification_time")
        access = try time("access_time")
    }

    /// A change of attributes with that of times.
    func added(to proposal: Proposal, _ path: String, _ current: stat?) -> Proposal {
        let isNew = current == nil
        let changes = [(modification, current?.st_mtim, "mtime"), (access, current?.st_atim, "atime")].filter {
            guard let wanted = $0.0 else { return false }
            return $0.1.map { wanted.differs(from: $0) } ?? !isNew
        }
        guard !changes.isEmpty else { return proposal }
        var proposal = proposal
        proposal.differences.append(
            .init(path: path, before: "", after: changes.map { $0.2 + " changed\n" }.joined()))
        let apply = proposal.apply
        proposal.apply = {
            let members = try apply?() ?? [:]
            try self.apply(to: path)
            return members
        }
        return proposal
    }

    func apply(to path: String) throws {
        // UTIME_OMIT of sys/stat.h.
        let omit = timespec(tv_sec: 0, tv_nsec: (1 << 30) - 2)
        let times = [access?.value ?? omit, modification?.value ?? omit]
        try SystemCalls.check("utimensat", path) { utimensat(AT_FDCWD, path, times, 0) }
    }

    /// Local time by the numeric conversions of strptime(3).
    static func seconds(_ text: String, _ format: String) -> time_t? {
        guard var parts = parts(text, format) else { return nil }
        return mktime(&parts)
    }

    static func parts(_ text: String, _ format: String) -> tm? {
        var parts = tm()
        (parts.tm_mday, parts.tm_isdst, parts.tm_year) = (1, -1, 70)
        var rest = text[...]
        var pattern = format[...]
        while let character = pattern.popFirst() {
            guard character == "%", let conversion = pattern.popFirst() else {
                guard rest.popFirst() == character else { return nil }
                continue
            }
            let digits = rest.prefix(conversion == "Y" ? 4 : conversion == "s" ? 20 : 2).prefix { $0.isNumber }
            guard let number = Int32(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            switch conversion {
            case "Y": parts.tm_year = number - 1900
            case "m": parts.tm_mon = number - 1
            case "d": parts.tm_mday = number
            case "H": parts.tm_hour = number
            case "M": parts.tm_min = number
            case "S": parts.tm_sec = number
            case "s":
                guard var seconds = time_t(digits) else { return nil }
                localtime_r(&seconds, &parts)
            default: return nil
            }
        }
        return rest.isEmpty ? parts : nil
    }
}
