/// A resource quantity, such as `100m` or `64Mi`, in thousandths, rounded up as Kubernetes does.
package struct Quantity: Hashable, Sendable, Comparable {
    /// Thousandths of the unit: 1 core is 1000.
    package var thousandths: Int

    package init(thousandths: Int) { self.thousandths = thousandths }

    /// Reads `1`, `0.5`, `100m`, `64Mi`, `1e3`, `2G`; nil when it is not a quantity. What overflows is the greatest there is.
    package init?(_ text: String) {
        var digits = text[...]
        let negative = digits.hasPrefix("-")
        if negative || digits.hasPrefix("+") { digits = digits.dropFirst() }
        let number = digits.prefix { $0.isASCII && $0.isNumber || $0 == "." }
        guard !number.isEmpty, number != ".", number.filter({ $0 == "." }).count <= 1,
            let value = Double(number.hasPrefix(".") ? "0\(number)" : String(number))
        else { return nil }
        guard let scale = Self.scale(digits.dropFirst(number.count)) else { return nil }
        let whole = !number.contains(".") && scale >= 1 ? Int(number) : nil
        if let whole, let factor = Int(exactly: scale * 1000) {
            let (product, overflow) = whole.multipliedReportingOverflow(by: factor)
            thousandths = overflow ? .max : product
        } else {
            let exact = (value * scale * 1000 * 1e6).rounded() / 1e6
            let rounded = exact.rounded(.up)
            thousandths = rounded < 9e18 ? Int(rounded) : .max
        }
        if negative { thousandths = -thousandths }
    }

    private static func scale(_ suffix: Substring) -> Double? {
        switch suffix {
        case "": 1
        case "n": 1e-9
        case "u": 1e-6
        case "m": 1e-3
        case "k": 1e3
        case "M": 1e6
        case "G": 1e9
        case "T": 1e12
        case "P": 1e15
        case "E": 1e18
        case "Ki": 0x1p10
        case "Mi": 0x1p20
        case "Gi": 0x1p30
        case "Ti": 0x1p40
        case "Pi": 0x1p50
        case "Ei": 0x1p60
        default: exponent(suffix)
        }
    }

    private static func exponent(_ suffix: Substring) -> Double? {
        guard let first = suffix.first, first == "e" || first == "E", let power = Int(suffix.dropFirst()),
            abs(power) <= 18
        else { return nil }
        return Double("1e\(power)")
    }

    package static func < (left: Quantity, right: Quantity) -> Bool { left.thousandths < right.thousandths }

    /// Whole units, rounded up: bytes of memory, a number of pods.
    package var units: Int { thousandths == .max ? .max : Int((Double(thousandths) / 1000).rounded(.up)) }

    package static func + (left: Quantity, right: Quantity) -> Quantity {
        let (sum, overflow) = left.thousandths.addingReportingOverflow(right.thousandths)
        return Quantity(thousandths: overflow ? .max : sum)
    }
}
