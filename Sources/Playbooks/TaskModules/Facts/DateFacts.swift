internal import Glibc
internal import JSON

/// The time of the machine, in its zone and in UTC.
enum DateFacts {
    static func collect() -> JSONObject {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var seconds = now.tv_sec
        var (local, universal) = (tm(), tm())
        localtime_r(&seconds, &local)
        gmtime_r(&seconds, &universal)
        let digits = String(now.tv_nsec / 1000)
        let micro = String(repeating: "0", count: 6 - digits.count) + digits
        var facts: JSONObject = [
            "epoch": .string(String(seconds)), "epoch_int": .string(String(seconds)),
            "iso8601": .string(format("%Y-%m-%dT%H:%M:%SZ", universal)),
            "iso8601_micro": .string(format("%Y-%m-%dT%H:%M:%S", universal) + ".\(micro)Z"),
            "iso8601_basic": .string(format("%Y%m%dT%H%M%S", local) + micro),
            "tz_dst": .string(summerName(seconds)),
        ]
        for (name, pattern) in [
            ("year", "%Y"), ("month", "%m"), ("weekday", "%A"), ("weekday_number", "%w"), ("weeknumber", "%W"),
            ("day", "%d"), ("hour", "%H"), ("minute", "%M"), ("second", "%S"), ("date", "%Y-%m-%d"),
            ("time", "%H:%M:%S"), ("iso8601_basic_short", "%Y%m%dT%H%M%S"), ("tz", "%Z"), ("tz_offset", "%z"),
        ] { facts[name] = .string(format(pattern, local)) }
        return ["date_time": .object(facts)]
    }

    private static func format(_ pattern: String, _ time: tm) -> String {
        var time = time
        var buffer = [CChar](repeating: 0, count: 64)
        let count = strftime(&buffer, buffer.count, pattern, &time)
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The zone's name in the half of the year with the larger offset.
    private static func summerName(_ now: Int) -> String {
        let year = (365 * 24 + 6) * 3600
        let zones = [now / year * year, now / year * year + year / 2].map { moment -> (offset: Int, name: String) in
            var (moment, time) = (moment, tm())
            localtime_r(&moment, &time)
            return (time.tm_gmtoff, format("%Z", time))
        }
        return zones[0].offset > zones[1].offset ? zones[0].name : zones[1].name
    }
}
