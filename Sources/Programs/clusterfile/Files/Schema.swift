import ArgumentParser
import Clusterfiles
import JSON

/// Prints what a Clusterfile can say, for editors or for people.
struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the Clusterfile's JSON Schema, which editors complete and check by.",
        discussion: """
            Example: clusterfile schema > .clusterfile.schema.json, with this as the Clusterfile's first line:
            # yaml-language-server: $schema=.clusterfile.schema.json
            """)

    @Flag(help: "Print the reference for people instead, as Markdown.")
    var reference = false

    func run() {
        Terminal.output(reference ? ClusterfileReference.markdown : ClusterfileSchema.json.prettyText)
    }
}
