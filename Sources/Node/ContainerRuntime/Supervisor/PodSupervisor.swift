import Glibc
import Linux

/// The process that owns one pod: its namespaces, its containers' exit statuses and their logs. It has one thread, keeps
/// everything worth knowing in files, and outlives the agent.
package enum PodSupervisor {
    /// Supervises the pod whose records lie in a folder until the process is told to end; the last thing a program calls.
    package static func main(recordDirectory: String) -> Never {
        let ready = Readiness()
        do {
            let loop = try SupervisorLoop(PodFolder(path: recordDirectory))
            ready.tell("")
            try loop.run()
            exit(0)
        } catch {
            ready.tell("\(error)")
            StandardError.write("\(error)")
            exit(1)
        }
    }

    /// The pipe at descriptor 3 on which the agent waits: one byte 0 is well, text is the reason why not.
    private struct Readiness {
        func tell(_ reason: String) {
            let bytes = reason.isEmpty ? [0] : Array(reason.utf8)
            _ = write(3, bytes, bytes.count)
            close(3)
        }
    }
}
