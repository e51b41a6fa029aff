internal import Glibc
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
        case (.multiply, _, .string), (.multiply, _, .array):
            if left.whole != nil { return try apply(.multiply, right, left) }
        default: break
        }
        throw TemplateProblemThrown(
            .typeMismatch("'\(operation.rawValue)' does not work on \(left.pythonType) and \(right.pythonType)"))
    }

    /// `-x` and `+x`, which numbers have.
    static func signed(_ value: JSON, isNegative: Bool) throws -> JSON {
        if let number = value.whole { return isNegative ? try integers(.subtract, 0, number) : .integer(number) }
        if let number = value.numeric { return .number(isNegative ? -number : number) }
        throw TemplateProblemThrown(.typeMismatch("\(value.pythonType) has no sign"))
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
            var remainder = fmod(a, b)
            if remainder == 0 {
                remainder = copysign(0, b)
            } else if (remainder < 0) != (b < 0) {
                remainder += b
            }
            if operation == .remainder { return .number(remainder) }
            let quotient = (a - remainder) / b
            if quotient == 0 { return .number(copysign(0, a / b)) }
            let floored = quotient.rounded(.down)
            return .number(quotient - floored > 0.5 ? floored + 1 : floored)
        case .power: return .number(try power(a, b))
        }
    }

    static func power(_ base: Double, _ exponent: Double) throws -> Double {
        if base == 0, exponent < 0 { throw TemplateProblemThrown(.typeMismatch("a division by zero")) }
        let result = pow(base, exponent)
        guard result.isFinite || !base.isFinite || !exponent.isFinite else { throw tooLarge }
        return result
    }
}
