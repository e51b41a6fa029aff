import JSON
import Linux

extension SandboxRecord: Recordable {
    init(json: JSON) throws(RecordMistake) {
        spec = try json.record("spec")
        controlGroup = try json.text("controlGroup")
        bell = try json.text("bell")
    }

    var json: JSON { ["spec": spec.json, "controlGroup": JSON(controlGroup), "bell": JSON(bell)] }
}

extension PodSandboxSpec: Recordable {
    init(json: JSON) throws(RecordMistake) {
        self.init(
            uid: try json.text("uid"), name: try json.text("name"), namespace: try json.text("namespace"),
            hostname: try json.text("hostname"),
            network: json["networkNamespace"]?.string.map { .namespace(path: $0) } ?? .host,
            hostsFile: json["hostsFile"]?.string, resolverFile: json["resolverFile"]?.string,
            sharedMemoryBytes: Int64(try json.number("sharedMemoryBytes")), resources: try json.record("resources"))
    }

    var json: JSON {
        let namespace: String? = if case .namespace(let path) = network { path } else { nil }
        return [
            "uid": JSON(uid), "name": JSON(name), "namespace": JSON(self.namespace), "hostname": JSON(hostname),
            "networkNamespace": JSON(namespace), "hostsFile": JSON(hostsFile), "resolverFile": JSON(resolverFile),
            "sharedMemoryBytes": JSON(Int(sharedMemoryBytes)), "resources": resources.json,
        ]
    }
}

extension ContainerResources: Recordable {
    init(json: JSON) throws(RecordMistake) {
        self.init(
            memoryBytes: json["memoryBytes"]?.integer.map(Int64.init), cpuMillicores: json["cpuMillicores"]?.integer,
            cpuRequestMillicores: json["cpuRequestMillicores"]?.integer,
            maximumProcesses: json["maximumProcesses"]?.integer,
            oomScoreAdjustment: try json.number("oomScoreAdjustment"))
    }

    var json: JSON {
        [
            "memoryBytes": JSON(memoryBytes.map(Int.init)), "cpuMillicores": JSON(cpuMillicores),
            "cpuRequestMillicores": JSON(cpuRequestMillicores), "maximumProcesses": JSON(maximumProcesses),
            "oomScoreAdjustment": JSON(oomScoreAdjustment),
        ]
    }
}
