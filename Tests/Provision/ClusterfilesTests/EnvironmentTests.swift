import Diagnostics
import JSON
import Testing

@testable import Clusterfiles

@Suite struct EnvironmentTests {
    private func machine(_ settings: String, top: String = "") throws -> MachineSpec {
        try #require(
            try parse(
                """
                cluster: c
                network: {address: 10.0.0.0/24}
                \(top)
                machines: [{name: a, address: 10.0.0.11, image: debian-12, \(settings)}]
                """
            ).machines.first)
    }

    @Test(arguments: [
        ("${MEMORY}", "2GiB"), ("a${MEMORY}b${MEMORY}", "a2GiBb2GiB"), ("${NONE:-x}", "x"), ("${NONE:-}", ""),
        ("${EMPTY}", ""), ("${EMPTY:-x}", "x"), ("${MEMORY:-x}", "2GiB"), ("$${MEMORY}", "${MEMORY}"),
        ("$$${MEMORY}", "$${MEMORY}"), ("$MEMORY $ {MEMORY} $$", "$MEMORY $ {MEMORY} $$"), ("${NONE:-:-y}", ":-y"),
    ])
    func aVariableStandsForItsValue(text: String, value: String) throws {
        #expect(try machine("vars: {x: '\(text)'}").vars["x"] == .string(value))
    }

    @Test func numbersAndFlagsCanComeFromTheEnvironment() throws {
        let machine = try machine("cpus: {count: '${N:-3}', nested: '${F:-true}'}, memory: '${MEMORY}'")
        #expect(machine.processor.count == 3 && machine.processor.isNested)
        #expect(machine.memory.size == .gibibytes(2))
    }

    @Test func aQuotedVariableIsAStringAndAPlainOneWhatItLooksLike() throws {
        let machine = try machine("vars: *v", top: "x-v: &v\n  quoted: '${N:-1.10}'\n  plain: ${N:-1}")
        #expect(machine.vars == ["quoted": "1.10", "plain": 1])
    }

    @Test func languagesOfTheirOwnAreLeftAlone() throws {
        let machine = try machine("provision: [{shell: 'echo ${HOME}'}], files: [{content: '${A}', destination: /a}]")
        #expect(machine.provision[0].work == .shell("echo ${HOME}"))
        #expect(machine.files[0].contents == .text("${A}"))
    }

    @Test func theClustersNameIsFoundWithoutTheRest() throws {
        let name = try Clusterfile.clusterName("cluster: c-${N:-1}\nmachines: 7\n", file: "f", environment: [:])
        #expect(name == "c-1")
        for (text, place) in [("cluster: C", "f:1:10"), ("cluster: ${N}", "f:1:10"), ("a: b", "f:1:1")] {
            let mistakes = #expect(throws: Diagnoses.self) {
                try Clusterfile.clusterName(text, file: "f", environment: [:])
            }
            #expect(mistakes?.all.map { "\($0.location?.description ?? "")" } == [place])
        }
    }
}
