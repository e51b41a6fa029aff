internal import Glibc

/// Reads a time by a format, as Python's `strptime` does.
struct DateTimeParser {
    private var rest: Substring
    private var fields = tm()
    private var microseconds = 0
    private var dayOfYear: Int?
    private var isAfternoon: Bool?

    static func parse(_ text: String, _ format: String) throws -> DateTime {
        var parser = DateTimeParser(rest: text[...])
        parser.fields.tm_mday = 1
        guard parser.take(format[...]), parser.rest.isEmpty, let time = parser.time else {
            throw TemplateProblemThrown.bad("to_datetime", "'\(text)' is not of the form '\(format)'")
        }
        return time
    }

    private init(rest: Substring) { self.rest = rest }

    private var time: DateTime? {
        var fields = fields
        if let isAfternoon { fields.tm_hour = fields.tm_hour % 12 + (isAfternoon ? 12 : 0) }
        if let dayOfYear { (fields.tm_mon, fields.tm_mday) = (0, Int32(dayOfYear)) }
        let (month, day) = (fields.tm_mon, fields.tm_mday)
        let seconds = timegm(&fields)
        // A 30th of February would have become a day of March.
        guard dayOfYear != nil || (fields.tm_mon == month && fields.tm_mday == day) else { return nil }
        return DateTime(seconds: seconds, microseconds: microseconds)
    }

    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    private static let longMonths = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]
    private static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    private static let longDays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

    private mutating func take(_ format: Substring) -> Bool {
        var format = format
        while let character = format.popFirst() {
            if character == "%", let conversion = format.popFirst() {
                guard takeField(conversion) else { return false }
            } else if character.isWhitespace {
                rest = rest.drop(while: \.isWhitespace)
            } else {
                guard rest.popFirst() == character else { return false }
            }
        }
        return true
    }

    private mutating func takeField(_ conversion: Character) -> Bool {
        switch conversion {
        case "Y": return number(4, exactly: true, 1...9999) { $0.fields.tm_year = Int32($1 - 1900) }
        case "y": return number(2, 0...99) { $0.fields.tm_year = Int32($1 < 69 ? $1 + 100 : $1) }
        case "m": return number(2, 1...12) { $0.fields.tm_mon = Int32($1 - 1) }
        case "d", "e": return number(2, 1...31) { $0.fields.tm_mday = Int32($1) }
        case "H": return number(2, 0...23) { $0.fields.tm_hour = Int32($1) }
        case "I": return number(2, 1...12) { $0.fields.tm_hour = Int32($1) }
        case "M": return number(2, 0...59) { $0.fields.tm_min = Int32($1) }
        case "S": return number(2, 0...61) { $0.fields.tm_sec = Int32($1) }
        case "j": return number(3, 1...366) { $0.dayOfYear = $1 }
        case "f": return fraction()
        case "b", "h": return name(Self.months).map { fields.tm_mon = Int32($0) } != nil
        case "B": return name(Self.longMonths).map { fields.tm_mon = Int32($0) } != nil
        case "a": return name(Self.days) != nil
        case "A": return name(Self.longDays) != nil
        case "p": return name(["am", "pm"]).map { isAfternoon = $0 == 1 } != nil
        case "Z": return name(["utc", "gmt"]) != nil
        case "T": return take("%H:%M:%S")
        case "F": return take("%Y-%m-%d")
        case "D": return take("%m/%d/%y")
        case "R": return take("%H:%M")
        case "%": return rest.popFirst() == "%"
        default: return false
        }
    }

    private mutating func number(
        _ width: Int, exactly: Bool = false, _ range: ClosedRange<Int>, _ set: (inout Self, Int) -> Void
    ) -> Bool {
        let digits = rest.prefix(width).prefix { $0.isASCII && $0.isNumber }
        guard !exactly || digits.count == width, let value = Int(digits), range.contains(value) else { return false }
        rest = rest.dropFirst(digits.count)
        set(&self, value)
        return true
    }

    private mutating func fraction() -> Bool {
        let digits = rest.prefix(6).prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty else { return false }
        microseconds = Int(digits + String(repeating: "0", count: 6 - digits.count)) ?? 0
        rest = rest.dropFirst(digits.count)
        return true
    }

    private mutating func name(_ names: [String]) -> Int? {
        let lowered = rest.lowercased()
        guard let index = names.firstIndex(where: { lowered.hasPrefix($0) }) else { return nil }
        rest = rest.dropFirst(names[index].count)
        return index
    }
}
