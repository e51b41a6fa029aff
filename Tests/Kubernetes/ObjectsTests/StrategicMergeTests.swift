import JSON
import Objects
import Testing

@Suite struct StrategicMergeTests {
    private func merge(_ original: String, _ patch: String, type: String = "PodSpec") throws -> JSON {
        try Schema.shared.merging(JSON(parsing: original), patch: JSON(parsing: patch), type: type)
    }

    @Test(arguments: [
        // (what it shows, original, patch, result)
        (
            "containers merge by name", #"{"containers":[{"name":"a","image":"1"},{"name":"b","image":"1"}]}"#,
            #"{"containers":[{"name":"b","image":"2"}]}"#,
            #"{"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"}]}"#
        ),
        (
            "a new element goes to the end", #"{"containers":[{"name":"a"}]}"#, #"{"containers":[{"name":"b"}]}"#,
            #"{"containers":[{"name":"a"},{"name":"b"}]}"#
        ),
        (
            "$patch deletes an element", #"{"containers":[{"name":"a"},{"name":"b"}]}"#,
            #"{"containers":[{"name":"a","$patch":"delete"}]}"#, #"{"containers":[{"name":"b"}]}"#
        ),
        (
            "$patch replaces a list", #"{"containers":[{"name":"a"},{"name":"b"}]}"#,
            #"{"containers":[{"$patch":"replace"},{"name":"c"}]}"#, #"{"containers":[{"name":"c"}]}"#
        ),
        (
            "$patch replaces an object", #"{"nodeSelector":{"a":"1","b":"2"}}"#,
            #"{"nodeSelector":{"$patch":"replace","c":"3"}}"#, #"{"nodeSelector":{"c":"3"}}"#
        ),
        (
            "maps merge and null removes", #"{"nodeSelector":{"a":"1","b":"2"}}"#,
            #"{"nodeSelector":{"a":null,"c":"3"}}"#,
            #"{"nodeSelector":{"b":"2","c":"3"}}"#
        ),
        (
            "a list without a key is replaced whole", #"{"tolerations":[{"key":"a"},{"key":"b"}]}"#,
            #"{"tolerations":[{"key":"c"}]}"#, #"{"tolerations":[{"key":"c"}]}"#
        ),
        (
            "$retainKeys clears the other members", #"{"volumes":[{"name":"v","emptyDir":{"medium":"Memory"}}]}"#,
            #"{"volumes":[{"name":"v","$retainKeys":["name","hostPath"],"hostPath":{"path":"/x"}}]}"#,
            #"{"volumes":[{"name":"v","hostPath":{"path":"/x"}}]}"#
        ),
        (
            "$setElementOrder orders", #"{"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]}"#,
            #"{"$setElementOrder/containers":[{"name":"c"},{"name":"a"},{"name":"b"}],"containers":[{"name":"b","image":"2"}]}"#,
            #"{"containers":[{"name":"c"},{"name":"a"},{"name":"b","image":"2"}]}"#
        ),
        (
            "$setElementOrder alone orders too", #"{"containers":[{"name":"a"},{"name":"b"}]}"#,
            #"{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]}"#,
            #"{"containers":[{"name":"b"},{"name":"a"}]}"#
        ),
        (
            "what only the server has keeps its place", #"{"containers":[{"name":"s"},{"name":"a"},{"name":"b"}]}"#,
            #"{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}],"containers":[{"name":"b","image":"2"}]}"#,
            #"{"containers":[{"name":"s"},{"name":"b","image":"2"},{"name":"a"}]}"#
        ),
        (
            "ports merge by number", #"{"containers":[{"name":"a","ports":[{"containerPort":80,"name":"x"}]}]}"#,
            #"{"containers":[{"name":"a","ports":[{"containerPort":80,"name":"y"},{"containerPort":81}]}]}"#,
            #"{"containers":[{"name":"a","ports":[{"containerPort":80,"name":"y"},{"containerPort":81}]}]}"#
        ),
        (
            "a new object carries no directives", "{}",
            #"{"securityContext":{"$retainKeys":["runAsUser"],"runAsUser":1,"fsGroup":null}}"#,
            #"{"securityContext":{"runAsUser":1}}"#
        ),
    ]) func `A patch of a pod's spec`(what: String, original: String, patch: String, result: String) throws {
        let merged = try merge(original, patch)
        #expect(merged == (try JSON(parsing: result)), "\(what): \(merged.text)")
    }

    @Test func `Finalizers merge as a set and can be taken out by value`() throws {
        let original = #"{"metadata":{"finalizers":["a","b"]}}"#
        let added = try merge(original, #"{"metadata":{"finalizers":["b","c"]}}"#, type: "Pod")
        #expect(added[path: "metadata", "finalizers"] == ["a", "b", "c"])
        let removed = try merge(original, #"{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}}"#, type: "Pod")
        #expect(removed[path: "metadata", "finalizers"] == ["b"])
    }

    @Test func `Conditions merge by type, owners by uid`() throws {
        let merged = try merge(
            #"{"status":{"conditions":[{"type":"Ready","status":"False"},{"type":"Other","status":"True"}]}}"#,
            #"{"status":{"conditions":[{"type":"Ready","status":"True"}]},"metadata":{"ownerReferences":[{"uid":"u","name":"n"}]}}"#,
            type: "Pod")
        #expect(merged[path: "status", "conditions"]?[0]?["status"] == "True")
        #expect(merged[path: "status", "conditions"]?.array?.count == 2)
        #expect(merged[path: "metadata", "ownerReferences"]?[0]?["name"] == "n")
    }

    @Test func `An element without its key is refused`() {
        #expect(throws: PatchError.self) { try merge(#"{"containers":[]}"#, #"{"containers":[{"image":"x"}]}"#) }
        #expect(throws: PatchError.self) { try merge("{}", #"{"nodeSelector":{"$patch":"explode"}}"#) }
    }

    @Test func `Merging a second time changes nothing, and merging a part of an object changes nothing`() throws {
        var random = SeededRandom(seed: 7)
        for _ in 0..<300 {
            let (original, patch) = (randomPodSpec(&random), randomPodSpec(&random))
            let once = try Schema.shared.merging(original, patch: patch, type: "PodSpec")
            #expect(try Schema.shared.merging(once, patch: patch, type: "PodSpec") == once)
            #expect(try Schema.shared.merging(original, patch: original, type: "PodSpec") == original)
        }
    }

    private func randomPodSpec(_ random: inout SeededRandom) -> JSON {
        let names = ["a", "b", "c", "d"].shuffled(using: &random).prefix(Int.random(in: 0...4, using: &random))
        var spec: JSON = [:]
        spec["containers"] = .array(
            names.map { ["name": .string($0), "image": .string("\(Int.random(in: 0...2, using: &random))")] })
        if Bool.random(using: &random) {
            spec["nodeSelector"] = ["x": .string("\(Int.random(in: 0...2, using: &random))")]
        }
        if Bool.random(using: &random) {
            spec["tolerations"] = [["key": .string("\(Int.random(in: 0...2, using: &random))")]]
        }
        return spec
    }
}
