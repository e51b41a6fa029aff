internal import JSON

extension FilterTable {
    static let timeFilters: [String: Filter] = [
        "strftime": plain { value, arguments in
            let utc = try arguments.flag(1, "utc") ?? false
            guard let second = try arguments.json(0, "second"), !second.isNull else {
                return .string(DateTime.now(isUTC: utc).formatted(value.pythonText))
            }
            guard let epoch = Conversions.float(second), abs(epoch) < 1e11 else {
                throw TemplateProblemThrown.bad("strftime", "'\(second.pythonText)' is no time")
            }
            return .string(DateTime(epoch: Int(epoch.rounded(.down)), isUTC: utc).formatted(value.pythonText))
        },
        "to_datetime": { value, arguments, _ in
            let format = try arguments.text(0, "format") ?? "%Y-%m-%d %H:%M:%S"
            return .object(try DateTimeParser.parse(try value.resolved().pythonText, format))
        },
        "to_time_unit": duration(Optional.none),
        "to_milliseconds": duration("ms"),
        "to_seconds": duration("s"),
        "to_minutes": duration("m"),
        "to_hours": duration("h"),
        "to_days": duration("d"),
        "to_weeks": duration("w"),
        "to_months": duration("mo"),
        "to_years": duration("y"),
    ]

    /// Durations such as `1h 30m`, in one unit.
    private static func duration(_ unit: String?) -> Filter {
        plain { value, arguments in
            let name = try unit ?? arguments.text(0, "unit") ?? "ms"
            let year = try arguments.named.first { $0.name == "year" }?.value.resolved().numeric ?? 365
            let month = try arguments.named.first { $0.name == "month" }?.value.resolved().numeric ?? 30
            var lengths: [String: Double] = [:]
            for (names, length) in [
                (["ms", "millisecond", "milliseconds", "msec", "msecs", "millisec", "millisecs"], 0.001),
                (["s", "sec", "secs", "second", "seconds"], 1), (["m", "min", "mins", "minute", "minutes"], 60),
                (["h", "hour", "hours"], 3600), (["d", "day", "days"], 86400), (["w", "week", "weeks"], 604_800),
                (["mo", "month", "months"], month * 86400), (["y", "year", "years"], year * 86400),
            ] { for name in names { lengths[name] = length } }
            guard let target = lengths[name] else {
                throw TemplateProblemThrown.bad("to_time_unit", "unknown unit '\(name)'")
            }
            var seconds = 0.0
            for part in value.pythonText.split(separator: " ") {
                let digits = part.prefix { $0.isNumber || $0 == "." || $0 == "-" }
                guard let number = Double(digits), let length = lengths[String(part.dropFirst(digits.count))] else {
                    throw TemplateProblemThrown.bad("to_time_unit", "'\(part)' is no duration")
                }
                seconds += number * length
            }
            return .number(Double(PrintfFormat.fixed(seconds / target, 12)) ?? seconds / target)
        }
    }
}
