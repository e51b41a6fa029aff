import JSON
import Objects
import Testing

@Suite struct KindTests {
    private func sample(_ kind: Kind) throws -> JSON {
        var object: JSON = [
            "kind": .string(kind.name), "apiVersion": .string(kind.apiVersion),
            "metadata": ["name": "web", "namespace": "shop"],
        ]
        let template =
            #"{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"i","ports":[{"containerPort":80}],"livenessProbe":{"httpGet":{"port":80}}}],"volumes":[{"name":"v","configMap":{"name":"m"}}]}}"#
        switch kind.name {
        case "Pod": object["spec"] = try JSON(parsing: template)["spec"]
        case "Deployment", "ReplicaSet":
            object["spec"] = ["selector": ["matchLabels": ["app": "web"]], "template": try JSON(parsing: template)]
        case "Service": object["spec"] = ["ports": [["port": 80]], "clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1"]]
        case "Secret": object["stringData"] = ["p": "hello"]
        case "Event": object["involvedObject"] = ["kind": "Pod", "name": "web"]
        default: break
        }
        return object
    }

    @Test(arguments: Kinds.all.map(\.name))
    func `Filling in a second time changes nothing, and what is filled in is valid`(name: String) throws {
        let kind = try #require(Kinds.all.first { $0.name == name })
        var once = try sample(kind)
        kind.fillIn(&once)
        var twice = once
        kind.fillIn(&twice)
        #expect(once == twice)
        #expect(kind.mistakes(once) == [])
        let checked = Schema.shared.check(once, type: name)
        #expect(checked.unknown == [])
        #expect(checked.wrong == [])
    }

    @Test(arguments: Kinds.all.map(\.name)) func `A row has a cell for each column, whatever the object lacks`(
        name: String
    ) throws {
        let kind = try #require(Kinds.all.first { $0.name == name })
        for object in [try sample(kind), [:]] {
            #expect(kind.cells(object, Timestamp(seconds: 0)).count == kind.columns.count)
        }
        #expect(kind.columns.contains { $0.format == "name" })
    }

    @Test func `Every type that a table names is defined`() {
        func named(_ type: FieldType) -> String? {
            switch type {
            case .object(let name): name
            case .list(let element), .map(let element): named(element)
            default: nil
            }
        }
        for type in Schema.shared.types.values {
            for field in type.fields {
                guard let name = named(field.type) else { continue }
                #expect(Schema.shared[name] != nil, "\(type.name).\(field.name): \(name)")
                if let key = field.mergeKey, !key.isEmpty {
                    #expect(Schema.shared[name]?[key] != nil, "\(name) has no \(key)")
                }
            }
        }
        for kind in Kinds.all { #expect(Schema.shared[kind.name] != nil, "\(kind.name)") }
    }

    @Test func `A deployment's mistakes are all told, with their places`() throws {
        var deployment: JSON = [
            "metadata": ["name": "Web_1"],
            "spec": [
                "replicas": -1, "selector": ["matchLabels": ["app": "web"]],
                "template": [
                    "metadata": ["labels": ["app": "other"]],
                    "spec": ["containers": [["name": "c"]], "restartPolicy": "Never"],
                ],
            ],
        ]
        Kinds.deployment.fillIn(&deployment)
        let fields = Kinds.deployment.mistakes(deployment).map(\.field)
        #expect(
            fields == [
                "metadata.name", "spec.replicas", "spec.template.metadata.labels",
                "spec.template.spec.containers[0].image",
                "spec.template.spec.restartPolicy",
            ])
    }

    @Test func `A pod's spec may change its images and little else`() throws {
        var old = try sample(Kinds.pod)
        Kinds.pod.fillIn(&old)
        var image = old
        image.edit("spec") { spec in spec.editEach("containers") { $0["image"] = "other" } }
        #expect(Kinds.pod.mistakes(image, replacing: old) == [])
        var policy = old
        policy.edit("spec") { $0["restartPolicy"] = "Never" }
        #expect(Kinds.pod.mistakes(policy, replacing: old).map(\.reason) == [.forbidden])
    }

    @Test(arguments: [
        ("busybox", "Always"), ("busybox:latest", "Always"), ("busybox:1.36", "IfNotPresent"),
        ("registry:5000/busybox", "Always"), ("registry:5000/busybox:1", "IfNotPresent"),
        ("a@sha256:0", "IfNotPresent"),
    ]) func `An image is pulled always only when its tag may move`(image: String, policy: String) {
        var pod: JSON = ["spec": ["containers": [["name": "c", "image": .string(image)]]]]
        Kinds.pod.fillIn(&pod)
        #expect(pod[path: "spec", "containers"]?[0]?["imagePullPolicy"]?.string == policy)
    }

    @Test(arguments: [
        (#"{}"#, "BestEffort"), (#"{"requests":{"cpu":"1"}}"#, "Burstable"),
        (#"{"limits":{"cpu":"1","memory":"1Gi"}}"#, "Guaranteed"),
        (#"{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"500m"}}"#, "Burstable"),
    ]) func `A pod's quality of service follows from its requests and limits`(resources: String, quality: String) throws
    {
        var pod: JSON = [
            "spec": ["containers": [["name": "c", "image": "i", "resources": try JSON(parsing: resources)]]]
        ]
        Kinds.pod.fillIn(&pod)
        #expect(pod[path: "status", "qosClass"]?.string == quality)
    }

    @Test func `Unknown members and wrong values are told, and taken out`() throws {
        let object = try JSON(
            parsing:
                #"{"metadata":{"name":"a","color":"red"},"spec":{"replicas":"three","paused":null,"template":{"spec":{"containers":[{"name":"c","imagePullPolice":"Never","resources":{"limits":{"cpu":"lots"}}}]}}}}"#
        )
        let checked = Schema.shared.check(object, type: "Deployment")
        #expect(checked.unknown == ["metadata.color", "spec.template.spec.containers[0].imagePullPolice"])
        #expect(checked.wrong.count == 2)
        #expect(checked.object[path: "spec", "paused"] == nil)
        #expect(checked.object[path: "metadata", "name"] == "a")
    }

    @Test func `Plain text of a secret is kept in base 64`() throws {
        var secret = try sample(Kinds.secret)
        Kinds.secret.fillIn(&secret)
        #expect(secret["data"] == ["p": "aGVsbG8="])
        #expect(secret["stringData"] == nil)
    }
}
