import Testing

@testable import JSON

@Suite struct JSONWriterTests {
    @Test func writesCompactlyInTheMembersOrder() {
        let value: JSON = ["b": 1, "a": [true, nil, 1.5, "x\"\\\n\u{1}/é"]]
        #expect(value.text == #"{"b":1,"a":[true,null,1.5,"x\"\\\n\u0001/é"]}"#)
    }

    @Test func writesForPeople() {
        let value: JSON = ["a": [1, ["b": []]], "c": [:]]
        #expect(
            value.prettyText == """
                {
                  "a": [
                    1,
                    {
                      "b": []
                    }
                  ],
                  "c": {}
                }

                """)
    }

    @Test func aWholeDoubleStaysADoubleAndNoNumberIsNull() {
        #expect(JSON.number(2).text == "2.0")
        #expect(JSON.number(.infinity).text == "null" && JSON.number(.nan).text == "null")
    }

    @Test(arguments: 0..<300)
    func whatIsWrittenReadsBack(seed: Int) throws {
        var dice = Dice(seed: seed)
        let value = randomJSON(depth: 5, &dice)
        #expect(try JSON(parsing: value.text) == value)
        #expect(try JSON(parsing: value.prettyText) == value)
    }
}

@Suite struct JSONTests {
    @Test func membersAreReadSetAndRemovedByName() {
        var value: JSON = ["a": ["b": ["c": 1]]]
        #expect(
            value[path: "a", "b", "c"] == 1 && value[path: "a", "x", "c"] == nil && value["a"]?["b"]?["c"]?.integer == 1
        )
        value["a"]?["b"]?["c"] = 2
        value["d"] = "e"
        value["a"]?["b"]?["new"] = nil
        #expect(value.text == #"{"a":{"b":{"c":2}},"d":"e"}"#)
        value["a"] = nil
        #expect(value.text == #"{"d":"e"}"#)
        var scalar: JSON = 3
        scalar["x"] = 1
        #expect(scalar == ["x": 1])
    }

    @Test func numbersGiveIntegersOnlyWhereTheyAreWhole() {
        #expect(JSON.number(2).integer == 2 && JSON.number(2.5).integer == nil && JSON.string("2").integer == nil)
        #expect(JSON.number(1e300).integer == nil && JSON.integer(3).double == 3)
        #expect((["x", "y"] as JSON)[1] == "y" && (["x"] as JSON)[1] == nil)
    }

    @Test func equalityIgnoresTheMembersOrderAndHashesAgree() {
        let (left, right): (JSON, JSON) = (["a": 1, "b": 2], ["b": 2, "a": 1])
        #expect(left == right && left.hashValue == right.hashValue)
        #expect(left != ["a": 1] && left != ["a": 1, "b": 3])
    }

    @Test(arguments: 0..<100)
    func anObjectBehavesAsADictionaryThatKeepsItsOrder(seed: Int) {
        var dice = Dice(seed: seed)
        var object = JSONObject()
        var model: [(key: String, value: Int)] = []
        for step in 0..<200 {
            let key = "k\(Int.random(in: 0..<40, using: &dice))"
            let at = model.firstIndex { $0.key == key }
            if Int.random(in: 0..<3, using: &dice) == 0 {
                object[key] = nil
                if let at { model.remove(at: at) }
            } else {
                object[key] = JSON(step)
                if let at { model[at].value = step } else { model.append((key, step)) }
            }
            #expect(object.keys == model.map(\.key))
            #expect(object[key]?.integer == model.first { $0.key == key }?.value)
        }
        #expect(object.map(\.value.integer) == model.map(\.value))
    }
}

func randomJSON(depth: Int, _ dice: inout Dice) -> JSON {
    switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &dice) {
    case 0: return .null
    case 1: return .bool(.random(using: &dice))
    case 2: return .integer(.random(in: .min ... .max, using: &dice))
    case 3: return .number(Double(bitPattern: dice.next())).finite
    case 4: return .string(randomText(&dice))
    case 5: return .array((0..<Int.random(in: 0...4, using: &dice)).map { _ in randomJSON(depth: depth - 1, &dice) })
    default:
        let members = (0..<Int.random(in: 0...20, using: &dice)).map { _ in
            (randomText(&dice), randomJSON(depth: depth - 2, &dice))
        }
        return .object(JSONObject(members))
    }
}

private func randomText(_ dice: inout Dice) -> String {
    var text = ""
    for _ in 0..<Int.random(in: 0...8, using: &dice) {
        let limit: UInt32 = [0x30, 0x80, 0x3000, 0x11_0000].randomElement(using: &dice) ?? 0x80
        if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &dice)) {
            text.unicodeScalars.append(scalar)
        }
    }
    return text
}

extension JSON {
    /// This, or null for a number that JSON cannot say.
    fileprivate var finite: JSON { if case .number(let value) = self, !value.isFinite { .null } else { self } }
}

/// A small generator of repeatable randomness (SplitMix64).
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) &* 0x9e37_79b9_7f4a_7c15 }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        return bits ^ (bits >> 31)
    }
}
