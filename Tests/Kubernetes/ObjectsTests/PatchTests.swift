import JSON
import Objects
import Testing

@Suite struct PatchTests {
    @Test(arguments: [
        (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
        (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
        (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
        (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
        (#"{}"#, #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
        (#"{"a":1}"#, #"["c"]"#, #"["c"]"#),
    ]) func `A merge patch`(original: String, patch: String, result: String) throws {
        #expect(try JSON(parsing: original).merging(patch: JSON(parsing: patch)) == JSON(parsing: result))
    }

    @Test func `The difference of two objects, as a merge patch, leads from one to the other`() {
        var random = SeededRandom(seed: 11)
        for _ in 0..<500 {
            let (one, other) = (randomObject(&random, depth: 3), randomObject(&random, depth: 3))
            #expect(one.merging(patch: difference(from: one, to: other)) == other)
        }
    }

    @Test(arguments: [
        (#"[{"op":"add","path":"/b","value":1}]"#, #"{"a":[1,2],"b":1,"c":{"x/y":0}}"#),
        (#"[{"op":"add","path":"/a/1","value":9}]"#, #"{"a":[1,9,2],"c":{"x/y":0}}"#),
        (#"[{"op":"add","path":"/a/-","value":9}]"#, #"{"a":[1,2,9],"c":{"x/y":0}}"#),
        (#"[{"op":"remove","path":"/a/0"}]"#, #"{"a":[2],"c":{"x/y":0}}"#),
        (#"[{"op":"replace","path":"/c/x~1y","value":5}]"#, #"{"a":[1,2],"c":{"x/y":5}}"#),
        (#"[{"op":"move","from":"/a/0","path":"/b"}]"#, #"{"a":[2],"b":1,"c":{"x/y":0}}"#),
        (#"[{"op":"copy","from":"/c","path":"/b"}]"#, #"{"a":[1,2],"b":{"x/y":0},"c":{"x/y":0}}"#),
        (#"[{"op":"test","path":"/a/0","value":1},{"op":"remove","path":"/c"}]"#, #"{"a":[1,2]}"#),
    ]) func `A JSON patch`(patch: String, result: String) throws {
        let original: JSON = ["a": [1, 2], "c": ["x/y": 0]]
        #expect(try original.applying(jsonPatch: JSON(parsing: patch)) == JSON(parsing: result))
    }

    @Test(arguments: [
        #"[{"op":"remove","path":"/x"}]"#, #"[{"op":"replace","path":"/a/7","value":1}]"#,
        #"[{"op":"add","path":"/a/9","value":1}]"#, #"[{"op":"test","path":"/a","value":2}]"#,
        #"[{"op":"explode","path":"/a"}]"#, #"[{"op":"add","path":"a","value":1}]"#, #"[{"op":"add","path":"/a"}]"#,
        #"{"op":"add"}"#, #"[{"op":"move","from":"/c","path":"/c/d"}]"#,
    ]) func `A JSON patch that cannot be carried out is refused`(patch: String) throws {
        let original: JSON = ["a": [1], "c": [:]]
        #expect(throws: PatchError.self) { try original.applying(jsonPatch: JSON(parsing: patch)) }
    }

    private func randomObject(_ random: inout SeededRandom, depth: Int) -> JSON {
        var object: JSON = [:]
        for key in ["a", "b", "c"] where Bool.random(using: &random) {
            object[key] =
                depth > 0 && Bool.random(using: &random)
                ? randomObject(&random, depth: depth - 1) : [1, "x", true, [1]].randomElement(using: &random) ?? 0
        }
        return object
    }

    private func difference(from one: JSON, to other: JSON) -> JSON {
        var patch: JSON = [:]
        for key in one.object?.keys ?? [] where other[key] == nil { patch[key] = .null }
        for (key, value) in other.object ?? [:] where one[key] != value {
            let isNested = value.object != nil && one[key]?.object != nil
            patch[key] = isNested ? difference(from: one[key] ?? [:], to: value) : value
        }
        return patch
    }
}
