import Diagnostics
import JSON
import YAML

@testable import Clusterfiles

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

/// Draws documents from the table of keys: right ones, or ones with one fault.
struct RandomDocument {
    /// Where a fault may be put in, counted while drawing; nil draws no fault.
    private var faultAt: Int?
    private var opportunities = 0
    private(set) var fault: String?
    /// What the document takes from the environment.
    private(set) var environment: [String: String] = [:]
    private var dice: Dice

    init(seed: Int, faultAt: Int? = nil) {
        dice = Dice(seed: seed)
        self.faultAt = faultAt
    }

    mutating func document() -> JSON { value(of: .section(.file), for: nil) }

    private mutating func isTurn() -> Bool {
        opportunities += 1
        return opportunities - 1 == faultAt
    }

    private mutating func mapping(of section: Section) -> JSON {
        var chosen = section.keys.filter { key in key.isRequired || Int.random(in: 0..<3, using: &dice) == 0 }
        if let one = section.exactlyOne.randomElement(using: &dice) {
            chosen.removeAll { section.exactlyOne.contains($0.name) }
            chosen += section.keys.filter { $0.name == one }
        }
        for (key, needed) in section.companions where chosen.contains(where: { $0.name == key || $0.name == needed }) {
            if chosen.contains(where: { $0.name == needed }) { continue }
            if section.exactlyOne.contains(key) {
                chosen += section.keys.filter { $0.name == needed }
            } else {
                chosen.removeAll { $0.name == key }
            }
        }
        var members: [(String, JSON)] = []
        for key in chosen {
            if key.isRequired, isTurn() {
                fault = "\(section.title) without \(key.name)"
                continue
            }
            members.append((key.name, value(of: key.form, for: key)))
        }
        if isTurn() {
            fault = "an unknown key in \(section.title)"
            members.append(("zzz", 1))
        }
        if section.hasExtensions { members.append(("x-anything", ["a": [1, "b"]])) }
        return .object(JSONObject(members))
    }

    private mutating func value(of form: Form, for key: (any AnyKey)?) -> JSON {
        switch form {
        case .section(let section): return mapping(of: section)
        case .list(let element, let mayBeEmpty):
            let count = Int.random(in: (mayBeEmpty ? 0 : 1)...2, using: &dice)
            return .array((0..<count).map { _ in value(of: element, for: nil) })
        case .names(let element, let examples):
            let names = examples.filter { _ in Bool.random(using: &dice) }
            return .object(JSONObject(names.map { ($0, value(of: element, for: nil)) }))
        case .either(let forms):
            return value(of: forms[Int.random(in: 0..<forms.count, using: &dice)], for: nil)
        case .anything: return [1, ["a": nil], "b"][Int.random(in: 0..<3, using: &dice)] ?? .null
        case .text, .number, .boolean, .choice:
            if isTurn() {
                fault = "a mapping for \(key?.name ?? "a value")"
                return ["zzz": [:]]
            }
            return scalar(of: form, for: key)
        }
    }

    private mutating func scalar(of form: Form, for key: (any AnyKey)?) -> JSON {
        var value: JSON
        switch form {
        case .text(_, let examples): value = .string(examples[Int.random(in: 0..<examples.count, using: &dice)])
        case .number(let range): value = JSON(Int.random(in: range, using: &dice))
        case .choice(let words): value = .string(words[Int.random(in: 0..<words.count, using: &dice)])
        default: value = .bool(Bool.random(using: &dice))
        }
        if let key, Int.random(in: 0..<4, using: &dice) == 0, let example = try? YAML.document(key.example, file: "") {
            value = example.json
        }
        if Int.random(in: 0..<6, using: &dice) == 0 {
            let name = "V\(environment.count)"
            environment[name] = value.string ?? value.text
            value = .string("${\(name)}")
        }
        return value
    }
}
