import ContainerRuntime
import JSON
import Linux

/// One attempt at running a container, as `containerStatuses` writes its `state`.
enum ContainerStateText {
    static func json(_ container: ContainerSnapshot, isAlive: Bool) -> JSON {
        let identity = JSON("clusterfile://" + container.id)
        switch container.state {
        case .running(_, let startedAt):
            if isAlive { return ["running": ["startedAt": JSON(startedAt.rfc3339)]] }
            return lost(identity, startedAt, "the pod's supervisor is gone")
        case .exited(let exit):
            var terminated: JSON = [
                "exitCode": JSON(Int(exit.code)), "reason": JSON(reason(exit)),
                "startedAt": JSON(exit.startedAt.rfc3339), "finishedAt": JSON(exit.finishedAt.rfc3339),
                "containerID": identity,
            ]
            if let signal = exit.signal { terminated["signal"] = JSON(Int(signal)) }
            if !exit.message.isEmpty { terminated["message"] = JSON(exit.message) }
            return ["terminated": terminated]
        case .startFailed(let message, let at):
            return [
                "terminated": [
                    "exitCode": 128, "reason": "StartError", "message": JSON(message),
                    "startedAt": "1970-01-01T00:00:00Z", "finishedAt": JSON(at.rfc3339), "containerID": identity,
                ]
            ]
        case .lost(let startedAt, let cause):
            let message =
                switch cause {
                case .machineRestarted: "the machine was restarted while the container ran"
                case .supervisorDied: "the pod's supervisor died while the container ran"
                }
            return lost(identity, startedAt, message)
        }
    }

    private static func lost(_ identity: JSON, _ startedAt: Linux.Timestamp, _ message: String) -> JSON {
        [
            "terminated": [
                "exitCode": 255, "reason": "Unknown", "message": JSON(message),
                "startedAt": JSON(startedAt.rfc3339), "finishedAt": JSON(startedAt.rfc3339), "containerID": identity,
            ]
        ]
    }

    private static func reason(_ exit: ContainerExit) -> String {
        exit.isOutOfMemory ? "OOMKilled" : exit.code == 0 ? "Completed" : "Error"
    }
}
