import ClusterClient
import ContainerRuntime
import Dispatch
import Glibc

// What a pod's supervisor and the pods' anchor are must be settled before anything makes a thread.
let words = CommandLine.arguments
if words.count == 3, words[1] == "supervisor" { PodSupervisor.main(recordDirectory: words[2]) }
if words.count == 2, words[1] == "pods-anchor" { PodsAnchor.main() }

// The agent is to stay small, and its traffic is little.
EventLoops.limit(to: 1)

Task {
    await ClusterfileNode.main()
    exit(0)
}
dispatchMain()
