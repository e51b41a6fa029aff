import JSON
import Linux

extension SupervisorRecord: Recordable {
    init(json: JSON) throws(RecordMistake) {
        bootIdentity = try json.text("bootIdentity")
        process = ProcessIdentity(
            pid: Int32(truncatingIfNeeded: try json.number("pid")),
            startTicks: UInt64(bitPattern: Int64(try json.number("startTicks"))))
    }

    var json: JSON {
        [
            "bootIdentity": JSON(bootIdentity), "pid": JSON(Int(process.pid)),
            "startTicks": JSON(Int(bitPattern: UInt(process.startTicks))),
        ]
    }
}

extension StateRecord: Recordable {
    init(json: JSON) throws(RecordMistake) {
        supervisor = try json.record("supervisor")
        switch try json.text("state") {
        case "running":
            state = .running(
                process: Int32(truncatingIfNeeded: try json.number("process")), startedAt: try json.time("startedAt"))
        case "exited":
            state = .exited(try json.record("exit"))
        case "startFailed":
            state = .startFailed(message: try json.text("message"), at: try json.time("at"))
        default:
            throw RecordMistake(key: "state")
        }
    }

    var json: JSON {
        switch state {
        case .running(let process, let startedAt):
            [
                "supervisor": supervisor.json, "state": "running", "process": JSON(Int(process)),
                "startedAt": JSON(startedAt.rfc3339Nano),
            ]
        case .exited(let exit):
            ["supervisor": supervisor.json, "state": "exited", "exit": exit.json]
        case .startFailed(let message, let at):
            [
                "supervisor": supervisor.json, "state": "startFailed", "message": JSON(message),
                "at": JSON(at.rfc3339Nano),
            ]
        }
    }
}

extension ContainerExit: Recordable {
    init(json: JSON) throws(RecordMistake) {
        self.init(
            code: Int32(truncatingIfNeeded: try json.number("code")),
            signal: json["signal"]?.integer.map(Int32.init(truncatingIfNeeded:)),
            isOutOfMemory: try json.flag("isOutOfMemory"), startedAt: try json.time("startedAt"),
            finishedAt: try json.time("finishedAt"), message: try json.text("message"))
    }

    var json: JSON {
        [
            "code": JSON(Int(code)), "signal": JSON(signal.map(Int.init)), "isOutOfMemory": JSON(isOutOfMemory),
            "startedAt": JSON(startedAt.rfc3339Nano), "finishedAt": JSON(finishedAt.rfc3339Nano),
            "message": JSON(message),
        ]
    }
}
