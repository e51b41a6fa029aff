import Diagnostics
import FoundationEssentials
import JSON
import Testing
import YAML

@testable import Clusterfiles

/// The parser, the JSON Schema and the reference come from one table of keys: here they are held against each other.
@Suite struct SchemaTests {
    private static let root = folder(of: folder(of: folder(of: folder(of: #filePath))))

    /// What reading a document by the table finds wrong; nothing is compared with anything else yet.
    private func mistakes(_ document: JSON, _ environment: [String: String]) throws -> [Diagnosis] {
        let text = document.prettyText
        let context = ReadingContext(source: SourceText(text), environment: environment, mistakes: Mistakes())
        _ = ClusterDraft(try YAML.document(text, file: "Clusterfile"), in: context)
        return context.mistakes.all
    }

    @Test(arguments: 0..<200)
    func whatTheTableAllowsBothTheParserAndTheSchemaAccept(seed: Int) throws {
        var random = RandomDocument(seed: seed)
        let document = random.document()
        #expect(try mistakes(document, random.environment) == [], "\(document.text)")
        var validator = SchemaValidator()
        #expect(try validator.fault(in: document, ClusterfileSchema.json) == nil, "\(document.text)")
    }

    @Test(arguments: 0..<200)
    func aFaultAnywhereBothTheParserAndTheSchemaRefuse(seed: Int) throws {
        var random = RandomDocument(seed: seed, faultAt: seed % 60)
        let document = random.document()
        guard let fault = random.fault else { return }
        #expect(try !mistakes(document, random.environment).isEmpty, "\(fault): \(document.text)")
        var validator = SchemaValidator()
        #expect(try validator.fault(in: document, ClusterfileSchema.json) != nil, "\(fault): \(document.text)")
    }

    @Test func mostDocumentsWithAFaultHaveOne() {
        let faults = (0..<200).filter { seed in
            var random = RandomDocument(seed: seed, faultAt: seed % 60)
            _ = random.document()
            return random.fault != nil
        }
        #expect(faults.count > 120)
    }

    @Test func theReferenceInTheFolderIsTheTables() throws {
        let path = Self.root + "/Sources/Provision/Clusterfiles/Reference.md"
        let committed = try String(contentsOfFile: path, encoding: .utf8)
        #expect(committed == ClusterfileReference.markdown, "clusterfile schema --reference > \(path)")
    }

    @Test func everySectionHasATitleOfItsOwnAndEveryKeyAHomeInTheReference() {
        let reference = ClusterfileReference.markdown
        let headings = reference.split(separator: "\n").filter { $0.hasPrefix("## ") }
        #expect(Set(headings).count == headings.count)
        for key in Section.machine.keys { #expect(reference.contains("| `\(key.name)` | \(key.summary)")) }
    }

    private func example() throws -> String {
        try String(contentsOfFile: Self.root + "/Clusterfile.example", encoding: .utf8)
    }

    /// The same with every key that stands in a comment.
    private func uncommented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.firstMatch(of: /^( *)# ( *(?:- |[a-z]+:).*)$/).map { "\($0.output.1)\($0.output.2)" } ?? String(line)
        }.joined(separator: "\n")
    }

    @Test func whatIsWrittenForPeopleFitsTheSchemaAndNamesIt() throws {
        let starter = ClusterfileStarter.text(cluster: "first")
        for text in [try example(), uncommented(try example()), starter, uncommented(starter), wholeClusterfile] {
            var validator = SchemaValidator()
            #expect(try validator.fault(in: YAML.document(text, file: "").json, ClusterfileSchema.json) == nil)
        }
        for text in [try example(), starter] {
            #expect(text.hasPrefix("# yaml-language-server: $schema=.clusterfile.schema.json\n"))
        }
    }

    @Test func theStarterIsValidAsItIsAndWithEverythingInItsComments() throws {
        let text = ClusterfileStarter.text(cluster: "first")
        let spec = try parse(text)
        #expect(spec.name == "first" && spec.machines.map(\.name) == ["master", "node1", "node2"])
        #expect(spec.master == nil)
        let whole = try parse(uncommented(text))
        #expect(whole.master?.name == "master" && whole.members.count == 3)
        #expect(whole.machines[0].disks.count == 1 && whole.machines[0].provision.count == 1)
        #expect(whole.vars == ["colour": "blue"] && whole.playbook == "playbooks/cluster.yml")
    }

    @Test func theKeysInTheExamplesCommentsWork() throws {
        let whole = try parse(uncommented(try example()))
        #expect(whole.madeNetworks.count == 2 && whole.machines.map(\.interfaces.count) == [1, 2, 2, 2])
        #expect(whole.machines.map(\.ports.count) == [1, 0, 0, 0])
        #expect(whole.machines.map(\.disks.count) == [0, 1, 1, 1])
    }

    @Test func otherToolsWordsLeadToKeysAndAreNone() {
        func keys(_ section: Section) -> Set<String> {
            func sections(_ form: Form) -> [Section] {
                switch form {
                case .section(let section): [section]
                case .list(let form, _), .names(let form, _): sections(form)
                case .either(let forms): forms.flatMap(sections)
                case .text, .number, .boolean, .choice, .anything: []
                }
            }
            return section.keys.flatMap { sections($0.form) }.reduce(Set(section.names)) { $0.union(keys($1)) }
        }
        let known = keys(.file)
        for (word, meant) in otherWords {
            #expect(known.isSuperset(of: meant), "\(word)")
            for section in [Section.file, .machine, .defaults] where section.names.contains(word) {
                #expect(meant.allSatisfy { !section.names.contains($0) }, "\(word)")
            }
        }
    }

    @Test func aStartersClusterIsCalledAfterItsFolder() {
        #expect(ClusterfileStarter.clusterName(forFolder: "My_Project 2") == "my-project-2")
        #expect(ClusterfileStarter.clusterName(forFolder: "..") == "cluster")
    }
}
