package import Diagnostics
internal import YAML

/// The file that says what a cluster is.
package enum Clusterfile {
    /// Reads a Clusterfile's text; throws all of its mistakes at once, in the file's order.
    package static func parse(_ text: String, file: String, in surroundings: Surroundings) throws(Diagnoses)
        -> ClusterSpec
    {
        let (document, context) = try read(text, file: file, surroundings.environment)
        let draft = ClusterDraft(document, in: context)
        draft?.check(in: surroundings, context.source, into: context.mistakes)
        let mistakes = context.mistakes.all
        guard mistakes.isEmpty, let draft, let spec = ClusterBuilder(draft, surroundings)?.spec else {
            throw Diagnoses(mistakes)
        }
        return spec
    }

    /// The name of a Clusterfile's cluster, whatever else may be wrong with the file; throws what is wrong with the name.
    package static func clusterName(_ text: String, file: String, environment: [String: String]) throws(Diagnoses)
        -> String
    {
        let (document, context) = try read(text, file: file, environment)
        guard let node = document["cluster"] else {
            throw Diagnoses([
                Diagnosis(
                    "the Clusterfile names no cluster", fix: "begin it with 'cluster: NAME'", at: document.location)
            ])
        }
        let key = FileKeys.cluster
        do throws(Complaint) {
            return try key.shape.value(of: node, in: context.of(key.name))
        } catch {
            context.of(key.name).report(error, key.shape, node)
            throw Diagnoses(context.mistakes.all)
        }
    }

    /// A Clusterfile's hooks, whatever else may be wrong with the file; throws what is wrong with them.
    package static func hooks(_ text: String, file: String, environment: [String: String]) throws(Diagnoses)
        -> ClusterSpec.Hooks
    {
        let (document, context) = try read(text, file: file, environment)
        let key = FileKeys.hooks
        guard let node = document[key.name] else { return .none }
        do throws(Complaint) {
            let hooks = try key.shape.value(of: node, in: context.of(key.name))
            if context.mistakes.all.isEmpty { return hooks }
        } catch {
            context.of(key.name).report(error, key.shape, node)
        }
        throw Diagnoses(context.mistakes.all)
    }

    private static func read(_ text: String, file: String, _ environment: [String: String]) throws(Diagnoses)
        -> (YAMLNode, ReadingContext)
    {
        let document = try YAML.document(text, file: file)
        return (
            document, ReadingContext(source: SourceText(text), environment: environment, mistakes: Mistakes())
        )
    }
}
