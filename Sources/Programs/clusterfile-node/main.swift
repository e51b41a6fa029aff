import ClusterClient
import ContainerRuntime
import Dispatch
import Glibc

// What a pod's supervisor and the pods' anchor are must be settled before anything makes a thread.
let words = Array(CommandLine.arguments.dropFirst())
if words.count == 2, words[0] == "supervisor" { PodSupervisor.main(recordDirectory: words[1]) }
if words == ["pods-anchor"] { PodsAnchor.main() }
if words.contains("--help") {
    print(AgentOptions.help)
    exit(0)
}

let options: AgentOptions
do throws(AgentOptions.UsageError) {
    options = try AgentOptions(words)
} catch {
    let text = Array("clusterfile-node: \(error.message)\nRun 'clusterfile-node --help' for the options.\n".utf8)
    _ = write(STDERR_FILENO, text, text.count)  // there is nobody else to tell
    exit(64)
}

// The agent is to stay small, and its traffic is little.
EventLoops.limit(to: 1)

Task { [options] in exit(await ClusterfileNode(options: options).run()) }
dispatchMain()
