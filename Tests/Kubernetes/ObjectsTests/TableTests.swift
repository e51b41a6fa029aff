import JSON
import Objects
import Testing

private let now = Timestamp(seconds: 1_000_000)

@Suite struct TableTests {
    private func row(_ kind: Kind, _ object: String) throws -> String {
        var object = try JSON(parsing: object)
        object.fill("metadata", [:])
        object.edit("metadata") {
            $0.fill("name", "x")
            $0.fill("creationTimestamp", .string(Timestamp(seconds: now.seconds - 90).text))
        }
        return kind.cells(object, now).map { $0.string ?? $0.text }.joined(separator: "|")
    }

    @Test(arguments: [
        (
            #"{"spec":{"containers":[{"name":"c"}]},"status":{"phase":"Pending"}}"#,
            "x|0/1|Pending|0|90s|<none>|<none>|<none>|<none>"
        ),
        (
            #"{"spec":{"nodeName":"n","containers":[{"name":"c"}]},"status":{"phase":"Running","podIP":"10.1.0.2","containerStatuses":[{"ready":true,"restartCount":0,"state":{"running":{}}}]}}"#,
            "x|1/1|Running|0|90s|10.1.0.2|n|<none>|<none>"
        ),
        (
            #"{"spec":{"containers":[{"name":"c"}]},"status":{"phase":"Running","containerStatuses":[{"ready":false,"restartCount":3,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"finishedAt":"1970-01-12T13:46:10Z"}}}]}}"#,
            "x|0/1|CrashLoopBackOff|3 (30s ago)|90s|<none>|<none>|<none>|<none>"
        ),
        (
            #"{"metadata":{"name":"x","creationTimestamp":"1970-01-12T13:45:10Z","deletionTimestamp":"1970-01-12T13:45:10Z"},"spec":{"containers":[{}]},"status":{"phase":"Running"}}"#,
            "x|0/1|Terminating|0|90s|<none>|<none>|<none>|<none>"
        ),
        (
            #"{"spec":{"containers":[{}],"initContainers":[{},{}]},"status":{"phase":"Pending","initContainerStatuses":[{"state":{"terminated":{"exitCode":0}}},{"state":{"running":{}}}]}}"#,
            "x|0/1|Init:1/2|0|90s|<none>|<none>|<none>|<none>"
        ),
        (
            #"{"spec":{"containers":[{}]},"status":{"phase":"Succeeded","containerStatuses":[{"ready":false,"restartCount":0,"state":{"terminated":{"exitCode":0,"reason":"Completed"}}}]}}"#,
            "x|0/1|Completed|0|90s|<none>|<none>|<none>|<none>"
        ),
        (
            #"{"spec":{"containers":[{}]},"status":{"phase":"Failed","reason":"Evicted"}}"#,
            "x|0/1|Evicted|0|90s|<none>|<none>|<none>|<none>"
        ),
        (
            #"{"spec":{"containers":[{}]},"status":{"phase":"Failed","containerStatuses":[{"ready":false,"restartCount":0,"state":{"terminated":{"exitCode":2}}}]}}"#,
            "x|0/1|ExitCode:2|0|90s|<none>|<none>|<none>|<none>"
        ),
    ]) func `A pod's row`(object: String, cells: String) throws { #expect(try row(Kinds.pod, object) == cells) }

    @Test func `A node's row`() throws {
        let node = """
            {"metadata":{"name":"n1","creationTimestamp":"1970-01-12T13:45:10Z","labels":{"node-role.kubernetes.io/master":"","a":"b"}},
             "spec":{"unschedulable":true},"status":{"conditions":[{"type":"Ready","status":"True"}],
             "addresses":[{"type":"InternalIP","address":"10.0.0.5"}],
             "nodeInfo":{"kubeletVersion":"v1","osImage":"Debian","kernelVersion":"6.1","containerRuntimeVersion":"clusterfile://1"}}}
            """
        #expect(
            try row(Kinds.node, node)
                == "n1|Ready,SchedulingDisabled|master|90s|v1|10.0.0.5|<none>|Debian|6.1|clusterfile://1")
        #expect(try row(Kinds.node, "{}") == "x|Unknown|<none>|90s||<none>|<none>|<unknown>|<unknown>|<unknown>")
    }

    @Test func `A deployment's row and a ReplicaSet's`() throws {
        let spec =
            #"{"replicas":3,"selector":{"matchLabels":{"app":"web"}},"template":{"spec":{"containers":[{"name":"c","image":"i"},{"name":"d","image":"j"}]}}}"#
        #expect(
            try row(
                Kinds.deployment,
                #"{"spec":\#(spec),"status":{"readyReplicas":1,"updatedReplicas":2,"availableReplicas":1}}"#)
                == "x|1/3|2|1|90s|c,d|i,j|app=web")
        #expect(
            try row(Kinds.replicaSet, #"{"spec":\#(spec),"status":{"replicas":2}}"#) == "x|3|2|0|90s|c,d|i,j|app=web")
    }

    @Test func `An event's row`() throws {
        let event = """
            {"type":"Warning","reason":"Failed","message":"no\\n","lastTimestamp":"1970-01-12T13:46:10Z",
             "firstTimestamp":"1970-01-12T13:45:10Z","count":4,"source":{"component":"kubelet","host":"n1"},
             "involvedObject":{"kind":"Pod","name":"web"}}
            """
        #expect(try row(Kinds.event, event) == "30s|Warning|Failed|pod/web||kubelet, n1|no|90s|4|x")
    }

    @Test func `A Service's row and that of its endpoints`() throws {
        let service =
            #"{"spec":{"type":"NodePort","clusterIP":"10.0.0.1","ports":[{"port":80,"nodePort":30000,"protocol":"TCP"},{"port":53,"protocol":"UDP"}],"selector":{"app":"web"}}}"#
        #expect(try row(Kinds.service, service) == "x|NodePort|10.0.0.1|<none>|80:30000/TCP,53/UDP|90s|app=web")
        let endpoints =
            #"{"subsets":[{"addresses":[{"ip":"1"},{"ip":"2"},{"ip":"3"},{"ip":"4"}],"ports":[{"port":80}]}]}"#
        #expect(try row(Kinds.endpoints, endpoints) == "x|1:80,2:80,3:80 + 1 more...|90s")
        #expect(try row(Kinds.endpoints, "{}") == "x|<none>|90s")
    }
}
