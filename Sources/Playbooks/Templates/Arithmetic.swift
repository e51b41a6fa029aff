internal import JSON

/// Python's arithmetic on JSON values.
enum Arithmetic {
    static func apply(_ operation: ArithmeticOperator, _ left: JSON, _ right: JSON) throws -> JSON {
        if let a = left.whole, let b = right.whole { return try integers(operation, a, b) }
        if let a = left.numeric, let b = right.numeric { return try floats(operation, a, b) }
        switch (operation, left, right) {
        case (.add, .string(let a), .string(let b)): return .string(a + b)
        case (.add, .array(let a), .array(let b)): return .array(a + b)
        case (.multiply, .string(let text), _): if let times = right.whole { return .string(try repeated(text, times)) }
        case (.multiply, .array(let elements), _):
            if let times = right.whole {
                guard times <= 1 << 20, elements.count * max(0, Int(times)) <= 1 << 20 else { throw tooLarge }
                return .array((0..<max(0, times)).flatMap { _ in elements })
            }
        case (.remainder, .string(let format), _):
            return .string(try PrintfFormat.format(format, right.array ?? [right]))
        default: break
        }
        throw TemplateProblemThrown(
            .typeMismatch("'\(operation.rawValue)' does not work on \(left.pythonType) and \(right.pythonType)"))
    }

    private static var tooLarge: TemplateProblemThrown {
        TemplateProblemThrown(.typeMismatch("the result is too large"))
    }

    static func repeated(_ text: String, _ times: Int64) throws -> String {
        guard times <= 1 << 24, text.utf8.count * max(0, Int(times)) <= 1 << 24 else { throw tooLarge }
        return String(repeating: text, count: max(0, Int(times)))
    }

    private static func integers(_ operation: ArithmeticOperator, _ a: Int64, _ b: Int64) throws -> JSON {
        func checked(_ result: (partialValue: Int64, overflow: Bool)) throws -> JSON {
            if result.overflow { throw tooLarge }
            return .integer(result.partialValue)
        }
        switch operation {
        case .add: return try checked(a.addingReportingOverflow(b))
        case .subtract: return try checked(a.subtractingReportingOverflow(b))
        case .multiply: return try checked(a.multipliedReportingOverflow(by: b))
        case .divide: return try floats(.divide, Double(a), Double(b))
        case .floorDivide, .remainder:
            guard b != 0 else { throw TemplateProblemThrown(.typeMismatch("a division by zero")) }
            let quotient = a.dividedReportingOverflow(by: b)
            if quotient.overflow {
                if operation == .remainder { return .integer(0) }
                throw tooLarge
            }
            let remainder = a - quotient.partialValue * b
            let floors = remainder != 0 && (remainder < 0) != (b < 0)
            return .integer(
                operation == .floorDivide ? quotient.partialValue - (floors ? 1 : 0) : remainder + (floors ? b : 0))
        case .power:
            guard b >= 0 else { return try floats(.power, Double(a), Double(b)) }
            if a == 1 || b == 0 { return .integer(1) }
            if a == 0 { return .integer(0) }
            if a == -1 { return .integer(b % 2 == 0 ? 1 : -1) }
            guard b < 64 else { throw tooLarge }
            return try (0..<b).reduce(.integer(1)) { result, _ in
                try checked((result.whole ?? 0).multipliedReportingOverflow(by: a))
            }
        }
    }

    private static func floats(_ operation: ArithmeticOperator, _ a: Double, _ b: Double) throws -> JSON {
        switch operation {
        case .add: return .number(a + b)
        case .subtract: return .number(a - b)
        case .multiply: return .number(a * b)
        case .divide, .floorDivide, .remainder:
            guard b != 0 else { throw TemplateProblemThrown(.typeMismatch("a division by zero")) }
            if operation == .divide { return .number(a / b) }
            let quotient = (a / b).rounded(.down)
            return .number(operation == .floorDivide ? quotient : a - b * quotient)
        case .power: return .number(try power(a, b))
        }
    }

    /// Whole powers and square roots, which is what templates use.
    private static func power(_ base: Double, _ exponent: Double) throws -> Double {
        if exponent == 0.5 { return base.squareRoot() }
        guard exponent == exponent.rounded(), abs(exponent) <= 1024 else {
            throw TemplateProblemThrown(.typeMismatch("a power needs a whole exponent"))
        }
        let product = (0..<Int(abs(exponent))).reduce(1.0) { result, _ in result * base }
        if exponent < 0, product == 0 { throw TemplateProblemThrown(.typeMismatch("a division by zero")) }
        return exponent < 0 ? 1 / product : product
    }
}

/// Python's `%` formatting, as far as playbooks use it: `%s %d %i %r %x %o %f %%` with flags, width and precision.
enum PrintfFormat {
    static func format(_ format: String, _ arguments: [JSON]) throws -> String {
        var result = ""
        var rest = Substring(format)
        var remaining = arguments[...]
        while let percent = rest.firstIndex(of: "%") {
            result += rest[..<percent]
            rest = rest[rest.index(after: percent)...]
            let flags = rest.prefix { "-0+ #".contains($0) }
            rest = rest.dropFirst(flags.count)
            let width = rest.prefix { $0.isNumber }
            rest = rest.dropFirst(width.count)
            var precision: Int?
            if rest.first == "." {
                let digits = rest.dropFirst().prefix { $0.isNumber }
                precision = min(100, Int(digits) ?? 0)
                rest = rest.dropFirst(1 + digits.count)
            }
            guard let conversion = rest.popFirst() else {
                throw TemplateProblemThrown(.typeMismatch("the format ends within '%'"))
            }
            if conversion == "%" {
                result += "%"
                continue
            }
            guard let argument = remaining.popFirst() else {
                throw TemplateProblemThrown(.typeMismatch("the format '\(format)' needs more values"))
            }
            let text = try converted(argument, conversion, precision, plus: flags.contains("+"))
            let padding = String(
                repeating: flags.contains("0") && !flags.contains("-") ? "0" : " ",
                count: max(0, min(4096, Int(width) ?? 0) - text.count))
            if flags.contains("-") {
                result += text + padding
            } else if padding.first == "0", text.first == "-" || text.first == "+" {
                result += text.prefix(1) + padding + text.dropFirst()
            } else {
                result += padding + text
            }
        }
        guard remaining.isEmpty else {
            throw TemplateProblemThrown(.typeMismatch("the format '\(format)' takes fewer values"))
        }
        return result + rest
    }

    private static func converted(_ value: JSON, _ conversion: Character, _ precision: Int?, plus: Bool) throws
        -> String
    {
        switch conversion {
        case "s": return precision.map { String(value.pythonText.prefix($0)) } ?? value.pythonText
        case "r": return value.pythonRepresentation
        case "d", "i", "x", "X", "o":
            guard let number = value.whole ?? value.numeric.flatMap({ Int64(exactly: $0.rounded(.towardZero)) }) else {
                break
            }
            let radix = conversion == "o" ? 8 : conversion == "d" || conversion == "i" ? 10 : 16
            let text = String(number, radix: radix, uppercase: conversion == "X")
            return plus && number >= 0 ? "+" + text : text
        case "f":
            guard let number = value.numeric else { break }
            return (plus && number >= 0 ? "+" : "") + fixed(number, precision ?? 6)
        default: throw TemplateProblemThrown(.typeMismatch("unknown conversion '%\(conversion)'"))
        }
        throw TemplateProblemThrown(.typeMismatch("'%\(conversion)' needs a number, not \(value.pythonType)"))
    }

    /// A number with so many decimals.
    static func fixed(_ number: Double, _ decimals: Int) -> String {
        let scale = (0..<min(15, decimals)).reduce(1.0) { result, _ in result * 10 }
        let scaled = (abs(number) * scale).rounded(.toNearestOrEven)
        guard scaled < 9e15 else { return "\(number)" }
        let digits = String(Int64(scaled))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let sign = number < 0 && scaled > 0 ? "-" : ""
        return decimals == 0 ? sign + padded : sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
    }
}
