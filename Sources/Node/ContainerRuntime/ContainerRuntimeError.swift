package import Diagnostics

/// What can keep the runtime from doing what it is asked.
package enum ContainerRuntimeError: Error, Hashable, Sendable {
    /// No image of that name is on the machine.
    case imageMissing(reference: String)
    /// The image's files are there and not usable.
    case imageUnusable(reference: String, Diagnosis)
    case unknownUser(String, image: String)
    case unknownCapability(String, container: String)
    case unknownSignal(String, image: String)
    case noCommand(container: String, image: String)
    case invalidName(String)
    case noSandbox(uid: String)
    case sandboxDead(uid: String)
    case supervisorFailed(uid: String, reason: String)
    case requestRefused(String)
    /// The cgroup that pods live in does not exist.
    case noControlGroup(reason: String)
    case unreadableRecord(path: String, reason: String)
    case noLog(pod: String, container: String, attempt: Int)
}

extension ContainerRuntimeError: Diagnosable, CustomStringConvertible {
    package var diagnosis: Diagnosis {
        switch self {
        case .imageMissing(let reference):
            Diagnosis(
                "image '\(reference)' is not on this node",
                fix: "put its OCI archive into /var/lib/clusterfile/images on every node")
        case .imageUnusable(let reference, let cause):
            Diagnosis("image '\(reference)' cannot be used", why: cause.what, fix: cause.fix)
        case .unknownUser(let user, let image):
            Diagnosis("image '\(image)' has no user or group '\(user)'", fix: "give a numeric one with runAsUser")
        case .unknownCapability(let name, let container):
            Diagnosis("container '\(container)' names the unknown capability '\(name)'")
        case .unknownSignal(let name, let image):
            Diagnosis("image '\(image)' wants to be stopped by the unknown signal '\(name)'")
        case .noCommand(let container, let image):
            Diagnosis(
                "container '\(container)' has nothing to run", why: "neither it nor image '\(image)' names a command",
                fix: "give it a command")
        case .invalidName(let name):
            Diagnosis("'\(name)' cannot be the name of a pod or container", fix: "use letters, digits, '-' and '.'")
        case .noSandbox(let uid):
            Diagnosis("pod \(uid) has no sandbox", fix: "create its sandbox first")
        case .sandboxDead(let uid):
            Diagnosis("the sandbox of pod \(uid) is dead", fix: "create its sandbox again")
        case .supervisorFailed(let uid, let reason):
            Diagnosis("the supervisor of pod \(uid) did not start", why: reason)
        case .requestRefused(let reason):
            Diagnosis("the pod's supervisor refused", why: reason)
        case .noControlGroup(let reason):
            Diagnosis(
                "pods have no cgroup to live in", why: reason, fix: "start it: systemctl start clusterfile-pods.service"
            )
        case .unreadableRecord(let path, let reason):
            Diagnosis("the record \(path) cannot be read", why: reason)
        case .noLog(let pod, let container, let attempt):
            Diagnosis("container '\(container)' of pod \(pod) has no log of attempt \(attempt)")
        }
    }

    package var description: String { diagnosis.rendered }
}
