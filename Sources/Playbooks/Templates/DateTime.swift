internal import Glibc
internal import JSON

/// A date and time of day without a zone, as Python's `datetime` and the filter `to_datetime` make it.
struct DateTime: TemplateScalar, Hashable {
    /// Seconds since 1970-01-01 00:00:00, as if the clock showed UTC.
    var seconds: Int
    var microseconds = 0
    /// What the zone is called and its seconds east of UTC, where the time came from a clock.
    private var zone = "UTC"
    private var offset = 0

    init(seconds: Int, microseconds: Int = 0) {
        self.seconds = seconds
        self.microseconds = microseconds
    }

    static func now(isUTC: Bool) -> DateTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return DateTime(epoch: Int(time.tv_sec), microseconds: Int(time.tv_nsec / 1000), isUTC: isUTC)
    }

    /// What a clock shows at a moment.
    init(epoch: Int, microseconds: Int = 0, isUTC: Bool) {
        self.init(seconds: epoch, microseconds: microseconds)
        var (moment, fields) = (time_t(epoch), tm())
        guard !isUTC, localtime_r(&moment, &fields) != nil else { return }
        offset = fields.tm_gmtoff
        seconds += offset
        zone = fields.tm_zone.map { String(cString: $0) } ?? ""
    }

    private var fields: tm {
        var (moment, fields) = (time_t(seconds), tm())
        gmtime_r(&moment, &fields)
        return fields
    }

    /// The time in a `strftime` format; `%f` is microseconds.
    func formatted(_ format: String) -> String {
        var fields = fields
        fields.tm_gmtoff = offset
        let digits = String(microseconds)
        let micros = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        // A byte before it tells an empty result from one that does not fit.
        let format = "x" + format.replacing("%f", with: micros)
        return zone.withCString { name in
            fields.tm_zone = name
            var buffer = [CChar](repeating: 0, count: max(256, min(1 << 16, format.utf8.count * 8)))
            let count = strftime(&buffer, buffer.count, format, &fields)
            return String(decoding: buffer[..<count].dropFirst().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    var text: String { formatted(microseconds > 0 ? "%Y-%m-%d %H:%M:%S.%f" : "%Y-%m-%d %H:%M:%S") }
    var json: JSON { .string(text) }

    let memberNames: [String] = []

    func member(_ name: String) -> TemplateValue? {
        func number(_ value: Int) -> TemplateValue { .json(JSON(value)) }
        func method(_ value: @escaping (CallArguments) throws -> TemplateValue) -> TemplateValue {
            .object(Function(value))
        }
        let fields = fields
        switch name {
        case "year": return number(Int(fields.tm_year) + 1900)
        case "month": return number(Int(fields.tm_mon) + 1)
        case "day": return number(Int(fields.tm_mday))
        case "hour": return number(Int(fields.tm_hour))
        case "minute": return number(Int(fields.tm_min))
        case "second": return number(Int(fields.tm_sec))
        case "microsecond": return number(microseconds)
        case "weekday": return method { _ in number(Int(fields.tm_wday + 6) % 7) }
        case "isoweekday": return method { _ in number(Int(fields.tm_wday + 6) % 7 + 1) }
        case "timestamp":
            return method { _ in .json(.number(Double(seconds - offset) + Double(microseconds) / 1e6)) }
        case "isoformat": return method { _ in .json(.string(text.replacing(" ", with: "T"))) }
        case "date": return method { _ in .json(.string(formatted("%Y-%m-%d"))) }
        case "strftime":
            return method { arguments in
                .json(.string(formatted(try arguments.required(0, "format", of: name).pythonText)))
            }
        default: return nil
        }
    }

    /// The span between two times, or nil where these are none.
    static func difference(_ left: TemplateValue, _ right: TemplateValue) -> TemplateValue? {
        guard case .object(let a) = left, case .object(let b) = right, let a = a as? DateTime, let b = b as? DateTime
        else { return nil }
        return .object(
            TimeSpan(microseconds: (a.seconds - b.seconds) * 1_000_000 + a.microseconds - b.microseconds))
    }
}

/// The difference of two times, Python's `timedelta`.
struct TimeSpan: TemplateScalar {
    var microseconds: Int

    private var days: Int {
        Int((Double(microseconds) / 86_400_000_000).rounded(.down))
    }
    private var rest: Int { microseconds - days * 86_400_000_000 }

    var json: JSON {
        let seconds = rest / 1_000_000
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let micros = String(String(1_000_000 + rest % 1_000_000).dropFirst())
        let clock = "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
        return .string(
            (days == 0 ? "" : "\(days) day\(abs(days) == 1 ? "" : "s"), ") + clock
                + (rest % 1_000_000 > 0 ? "." + micros : ""))
    }

    let memberNames: [String] = []

    func member(_ name: String) -> TemplateValue? {
        switch name {
        case "days": .json(JSON(days))
        case "seconds": .json(JSON(rest / 1_000_000))
        case "microseconds": .json(JSON(rest % 1_000_000))
        case "total_seconds": .object(Function { _ in .json(.number(Double(microseconds) / 1e6)) })
        default: nil
        }
    }
}
