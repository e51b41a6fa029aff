import JSON
import Testing

@testable import YAML

/// Expectations are what PyYAML 6.0's safe loader gives, except for those the function's comment names.
@Suite struct PlainScalarTests {
    static let values: [(String, JSON)] = [
        ("", JSON.null), ("~", .null), ("null", .null), ("Null", .null), ("nULL", "nULL"),
        ("yes", true), ("Off", false), ("y", "y"), ("TRUE", true), ("tRUE", "tRUE"),
        ("0", 0), ("12", 12), ("-12", -12), ("+12", 12), ("1_000", 1000), ("1_", 1), ("0644", 420), ("0o17", "0o17"),
        ("08", "08"), ("0x1F", 31), ("-0x1f", -31), ("0x-5", "0x-5"), ("0x", "0x"), ("0b101", 5), ("0b+1", "0b+1"),
        ("0b2", "0b2"), ("0+7", "0+7"), ("--1", "--1"), ("+", "+"), ("-", "-"), ("_1", "_1"), ("00", 0), ("0_", 0),
        ("0x_", "0x_"),
        ("9223372036854775807", 9_223_372_036_854_775_807), ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", "9223372036854775808"),
        ("1.5", 1.5), ("-1.5", -1.5), ("+1.", 1.0), (".5", 0.5), ("-.5", "-.5"), (".", "."), ("1.5e3", "1.5e3"),
        ("1.5e+3", 1500.0), ("1.e-1", 0.1), ("1e3", "1e3"), ("1_0.5_0", 10.5), ("._5", "._5"), ("1.5e+", "1.5e+"),
        ("1.2.3", "1.2.3"), ("192.168.56.11", "192.168.56.11"), ("10:30", "10:30"), ("2026-11-21", "2026-11-21"),
        (".inf", ".inf"), ("1.0e+999", "1.0e+999"), ("3GiB", "3GiB"), ("é", "é"),
    ]

    @Test(arguments: values)
    func resolves(text: String, value: JSON) {
        #expect(resolvePlainScalar(text) == value)
    }
}
