import Testing

@testable import Linux

@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2000-02-29T23:59:59Z", 951_868_799), ("2026-11-21T09:30:00Z", 1_795_253_400),
        ("1969-12-31T23:59:59Z", -1), ("2100-03-01T00:00:00Z", 4_107_542_400),
    ])
    func `writes and reads seconds`(text: String, seconds: Int64) {
        let time = Timestamp(nanosecondsSinceEpoch: seconds * 1_000_000_000)
        #expect(time.rfc3339 == text)
        #expect(Timestamp(rfc3339: text) == time)
    }

    @Test func `writes nine digits and reads any number of them`() {
        let time = Timestamp(nanosecondsSinceEpoch: 1_795_253_400_000_000_042)
        #expect(time.rfc3339Nano == "2026-11-21T09:30:00.000000042Z")
        #expect(Timestamp(rfc3339: time.rfc3339Nano) == time)
        #expect(Timestamp(rfc3339: "2026-11-21T09:30:00.5Z")?.nanosecondsSinceEpoch == 1_795_253_400_500_000_000)
    }

    @Test func `reads offsets`() {
        #expect(Timestamp(rfc3339: "2026-11-21T10:30:00+01:00") == Timestamp(rfc3339: "2026-11-21T09:30:00Z"))
        #expect(Timestamp(rfc3339: "2026-11-21T04:00:00-05:30") == Timestamp(rfc3339: "2026-11-21T09:30:00Z"))
    }

    @Test(arguments: [
        "", "2026-11-21", "2026-13-21T09:30:00Z", "2026-11-21T09:30:00", "2026-11-21T09:30:00.Z",
        "2026-11-21T09:30:00Zx",
    ])
    func `refuses what is not RFC 3339`(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test func `writes what it read, at any moment of four centuries`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let time = Timestamp(
                nanosecondsSinceEpoch: Int64.random(
                    in: -6_000_000_000_000_000_000...6_000_000_000_000_000_000, using: &generator))
            #expect(Timestamp(rfc3339: time.rfc3339Nano) == time)
        }
    }
}
