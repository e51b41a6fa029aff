import JSON
import Objects
import Testing

@Suite struct ScalarTests {
    @Test(arguments: [
        ("1", 1000), ("0.5", 500), ("100m", 100), ("1k", 1_000_000), ("1Ki", 1_024_000), ("64Mi", 67_108_864_000),
        ("1.5Gi", 1_610_612_736_000), ("1e3", 1_000_000), ("2E3", 2_000_000), ("-1", -1000), ("1n", 1), ("0", 0),
        ("+3", 3000), (".5", 500),
        ("0.1", 100), ("1.1", 1100), ("100Ei", Int.max),
    ]) func `A quantity is read in thousandths`(text: String, thousandths: Int) {
        #expect(Quantity(text)?.thousandths == thousandths)
    }

    @Test(arguments: ["", "x", "1x", "1.2.3", "Mi", "1 Mi", "1mi", "--1", ".", "1e99"])
    func `What is no quantity is refused`(text: String) { #expect(Quantity(text) == nil) }

    @Test func `Quantities add up and are compared`() throws {
        let (half, quarter) = (try #require(Quantity("500m")), try #require(Quantity("0.25")))
        #expect(half + quarter == Quantity("750m"))
        #expect(quarter < half)
        #expect(Quantity("1.2")?.units == 2)
    }

    @Test func `Every moment is read back from its text`() {
        var random = SeededRandom(seed: 3)
        for _ in 0..<1000 {
            let moment = Timestamp(
                seconds: Int.random(in: -62_000_000_000...250_000_000_000, using: &random),
                nanoseconds: Int.random(in: 0..<1_000_000, using: &random) * 1000)
            #expect(Timestamp(moment.microText) == moment)
            #expect(Timestamp(moment.text) == Timestamp(seconds: moment.seconds))
        }
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2000-02-29T12:00:00Z", 951_825_600),
        ("2026-11-21T10:00:00+02:00", 1_795_248_000),
        ("2026-11-21T08:00:00.5Z", 1_795_248_000),
    ]) func `A time is read in any offset`(text: String, seconds: Int) { #expect(Timestamp(text)?.seconds == seconds) }

    @Test(arguments: [
        "", "2026-11-21", "2026-13-01T00:00:00Z", "2026-11-21T10:00:00", "2026-11-21 10:00:00Z", "yesterday at 10:00Z!",
    ])
    func `What is no time is refused`(text: String) { #expect(Timestamp(text) == nil) }

    @Test(arguments: [
        (0, "0s"), (119, "119s"), (120, "2m"), (135, "2m15s"), (599, "9m59s"), (600, "10m"), (3 * 3600, "3h"),
        (3 * 3600 + 60, "3h1m"), (9 * 3600, "9h"), (47 * 3600, "47h"), (50 * 3600, "2d2h"), (8 * 86_400, "8d"),
        (800 * 86_400, "2y70d"), (-5, "<invalid>"),
    ]) func `An age is written as kubectl writes it`(seconds: Int, text: String) {
        #expect(Timestamp(seconds: 1000).age(at: Timestamp(seconds: 1000 + seconds)) == text)
    }

    @Test(arguments: [
        ("app=web", true), ("app==web", true), ("app!=web", false), ("app in (api, web)", true),
        ("app notin (web)", false),
        ("tier", true), ("!tier", false), ("!canary", true), ("canary!=yes", true), ("app=web,tier=front", true),
        ("app=web,tier=back", false), ("", true), ("app", true), ("x notin (a)", true), ("app=", false),
    ]) func `A label selector`(text: String, matches: Bool) throws {
        let selector = try LabelSelector(parsing: text)
        #expect(selector.matches(labels: ["app": "web", "tier": "front"]) == matches)
        #expect(try LabelSelector(parsing: selector.text) == selector)
    }

    @Test(arguments: ["app in web", "a b", "app in (x", "=x", "in (a)", "a near (b)"])
    func `What is no label selector is refused`(text: String) {
        #expect(throws: SelectorError.self) { try LabelSelector(parsing: text) }
    }

    @Test func `A selector object selects by labels and expressions`() throws {
        let selector = try LabelSelector([
            "matchLabels": ["app": "web"],
            "matchExpressions": [
                ["key": "tier", "operator": "In", "values": ["a", "b"]], ["key": "x", "operator": "DoesNotExist"],
            ],
        ])
        #expect(selector.matches(labels: ["app": "web", "tier": "a"]))
        #expect(!selector.matches(labels: ["app": "web", "tier": "a", "x": ""]))
        #expect(!selector.matches(labels: ["app": "web"]))
        #expect(throws: SelectorError.self) {
            try LabelSelector(["matchExpressions": [["key": "a", "operator": "Near"]]])
        }
    }

    @Test(arguments: [
        ("metadata.name=web", true), ("metadata.name!=web", false), ("spec.nodeName=", true),
        ("status.phase=Running,metadata.name=web", true),
        ("spec.unschedulable=false", true), ("spec.hostNetwork=true", true),
    ]) func `A field selector`(text: String, matches: Bool) throws {
        let pod: JSON = ["metadata": ["name": "web"], "spec": ["hostNetwork": true], "status": ["phase": "Running"]]
        #expect(try FieldSelector(parsing: text).matches(pod) == matches)
    }
}
