import ArgumentParser
import Clusterfiles

/// Reads the Clusterfile and says what is wrong with it; touches nothing.
struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the Clusterfile: all mistakes at once, each with its place and what to write instead.",
        discussion: "Example: clusterfile validate -f staging/Clusterfile || echo 'mend it first'")

    @OptionGroup var cluster: ClusterOptions

    func run() throws {
        let spec = try cluster.spec()
        let machines = spec.machines.count == 1 ? "1 machine" : "\(spec.machines.count) machines"
        Terminal.output("\(try cluster.path()) is valid: cluster '\(spec.name)' with \(machines)")
    }
}
