import ContainerRuntime
import JSON
import Linux
import Objects
import Testing

@testable import NodeAgent

@Suite struct TranslationTests {
    private func variables(_ pod: JSON = .null, maps: [String: [String: String]] = [:]) -> Variables {
        Variables(
            pod: PodView(pod), nodeName: "n1", nodeAddress: "10.0.0.1", podAddress: "10.244.1.2",
            data: { kind, name in maps["\(kind.rawValue)/\(name)"]?.mapValues { Array($0.utf8) } })
    }

    private let pod: JSON = [
        "metadata": ["name": "p", "namespace": "d", "uid": "u", "labels": ["app": "web"]],
        "spec": ["serviceAccountName": "default", "containers": []],
    ]

    @Test func variablesComeFromEverywhereAndLaterOnesWin() throws {
        let container: JSON = [
            "envFrom": [["configMapRef": ["name": "cm"]], ["prefix": "S_", "secretRef": ["name": "s"]]],
            "env": [
                ["name": "A", "value": "own"], ["name": "B", "value": "$(A)-$(x)-$$(A)"],
                ["name": "IP", "valueFrom": ["fieldRef": ["fieldPath": "status.podIP"]]],
                ["name": "L", "valueFrom": ["fieldRef": ["fieldPath": "metadata.labels['app']"]]],
                ["name": "K", "valueFrom": ["secretKeyRef": ["name": "s", "key": "k"]]],
                ["name": "O", "valueFrom": ["configMapKeyRef": ["name": "none", "key": "k", "optional": true]]],
                ["name": "M", "valueFrom": ["resourceFieldRef": ["resource": "limits.memory", "divisor": "1Mi"]]],
            ],
            "resources": ["limits": ["memory": "64Mi"]],
        ]
        let resolved = try variables(pod, maps: ["configmap/cm": ["A": "map", "x": "1"], "secret/s": ["k": "v"]])
            .resolve(container)
        let text = resolved.map { "\($0.name)=\($0.value)" }
        #expect(text == ["A=own", "x=1", "S_k=v", "B=own-1-$(A)", "IP=10.244.1.2", "L=web", "K=v", "M=64"])
    }

    @Test func whatIsMissingIsNamed() {
        let container: JSON = ["env": [["name": "A", "valueFrom": ["configMapKeyRef": ["name": "cm", "key": "k"]]]]]
        #expect(throws: NodeAgentError.configurationMissing(kind: "configmap", name: "cm", key: nil)) {
            try variables(pod).resolve(container)
        }
        #expect(throws: NodeAgentError.configurationMissing(kind: "configmap", name: "cm", key: "k")) {
            try variables(pod, maps: ["configmap/cm": [:]]).resolve(container)
        }
    }

    @Test func volumesOfObjectsBecomeFilesThatCannotLeadOut() throws {
        let maps = ["configmap/cm": ["a": "1", "b": "2"]]
        let all = try VolumeContent.keyed(.configMap, ["name": "cm"], "name", volume: "v", variables(pod, maps: maps))
        #expect(all.map(\.path) == ["a", "b"])
        let items: JSON = ["name": "cm", "items": [["key": "b", "path": "x/y", "mode": 0o400]]]
        let one = try VolumeContent.keyed(.configMap, items, "name", volume: "v", variables(pod, maps: maps))
        #expect(one == [VolumeContent.File(path: "x/y", bytes: [0x32], mode: 0o400)])
        for path in ["../x", "/x", "a/../../b", ""] {
            let bad: JSON = ["name": "cm", "items": [["key": "a", "path": JSON(path)]]]
            #expect(throws: NodeAgentError.self) {
                try VolumeContent.keyed(.configMap, bad, "name", volume: "v", variables(pod, maps: maps))
            }
        }
    }

    @Test(arguments: [
        ("", ""), ("Zg==", "f"), ("Zm9v", "foo"), ("Zm9vYmFy\n", "foobar"), ("+/+/", "\u{FFFD}\u{FFFD}\u{FFFD}"),
    ])
    func base64IsRead(text: String, plain: String) {
        #expect(Base64.decode(text).map { String(decoding: $0, as: UTF8.self) } == plain)
    }

    @Test func base64RefusesWhatItIsNot() { #expect(Base64.decode("a*") == nil) }

    @Test(arguments: [
        ("{}", QualityOfService.bestEffort), (#"{"requests":{"cpu":"1"}}"#, .burstable),
        (#"{"limits":{"cpu":"1"}}"#, .burstable), (#"{"limits":{"cpu":"1","memory":"1Gi"}}"#, .guaranteed),
        (#"{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"500m"}}"#, .burstable),
    ])
    func qualityOfServiceFollowsTheResources(resources: String, expected: QualityOfService) throws {
        let pod: JSON = ["spec": ["containers": [["name": "a", "resources": try JSON(parsing: resources)]]]]
        #expect(QualityOfService.of(PodView(pod)) == expected)
    }

    @Test func aContainerIsTranslatedWhole() throws {
        let container: JSON = [
            "name": "a", "image": "busybox", "command": ["sh", "-c"], "args": ["echo $(X)"], "workingDir": "/tmp",
            "resources": [
                "limits": ["cpu": "250m", "memory": "64Mi"], "requests": ["cpu": "100m", "memory": "64Mi"],
            ],
            "securityContext": [
                "runAsUser": 7, "readOnlyRootFilesystem": true,
                "capabilities": ["add": ["NET_ADMIN"], "drop": ["ALL"]],
            ],
        ]
        let pod: JSON = [
            "metadata": ["name": "p", "namespace": "d", "uid": "u"],
            "spec": ["containers": [container], "securityContext": ["runAsGroup": 8, "fsGroup": 9]],
        ]
        let translation = PodTranslation(
            pod: PodView(pod), nodeName: "n", nodeAddress: "10.0.0.1", memoryCapacityBytes: 1 << 30,
            resolverFile: "nameserver 1.1.1.1")
        let spec = try translation.container(container, environment: [.init(name: "X", value: "hi")], mounts: [])
        #expect(spec.command == ["sh", "-c"])
        #expect(spec.arguments == ["echo hi"])
        #expect(spec.user == ContainerUser(uid: 7, gid: 8, supplementalGroups: [9]))
        #expect(spec.resources.memoryBytes == 64 << 20)
        #expect(spec.resources.cpuMillicores == 250)
        #expect(spec.resources.cpuRequestMillicores == 100)
        #expect(spec.resources.oomScoreAdjustment == 938)
        #expect(spec.security.hasReadOnlyRoot)
        #expect(spec.security.addedCapabilities == ["NET_ADMIN"])
        #expect(spec.security.droppedCapabilities == ["ALL"])
        let sandbox = translation.sandbox(network: .namespace(path: "/x"), address: "10.244.0.2")
        #expect(sandbox.hostsFile?.hasSuffix("10.244.0.2\tp\n") == true)
        #expect(sandbox.resolverFile == "nameserver 1.1.1.1\n")
    }

    @Test(arguments: ["a=b:NoSchedule", "a:NoExecute", "a=:PreferNoSchedule"])
    func taintsAreRead(text: String) { #expect(NodeTaint(text) != nil) }

    @Test(arguments: ["a=b", "=b:NoSchedule", "a=b:Never", ""])
    func whatIsNoTaintIsRefused(text: String) { #expect(NodeTaint(text) == nil) }

    @Test func aNodeSaysTheSameUntilSomethingChanges() throws {
        var machine = try MachineInformation.read()
        machine.memoryBytes = 1 << 30
        let node = NodeObject(
            configuration: NodeAgentConfiguration(nodeName: "n", nodeAddress: "10.0.0.1", roles: ["control-plane"]),
            machine: machine)
        let first = node.status(old: nil, trouble: nil, now: "2026-01-01T00:00:00Z")
        let second = node.status(old: first, trouble: nil, now: "2026-01-01T00:05:00Z")
        #expect(!NodeObject.differs(second, from: first))
        #expect(first != second)
        #expect(NodeObject.differs(node.status(old: first, trouble: "x", now: "2026-01-01T00:05:00Z"), from: first))
        #expect(node.registration(now: "t").meta.labels["node-role.kubernetes.io/control-plane"] == "")
        #expect(first[path: "allocatable", "memory"] == "946176Ki")
    }
}
