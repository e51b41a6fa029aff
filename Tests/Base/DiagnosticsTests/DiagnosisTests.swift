import Testing

@testable import Diagnostics

private func place(_ line: Int, _ column: Int = 1, file: String = "f") -> Diagnostics.SourceLocation {
    .init(file: file, line: line, column: column)
}

@Suite struct DiagnosisTests {
    @Test func isRenderedWithWhatItHas() {
        #expect(Diagnosis("a").rendered == "a")
        #expect(Diagnosis("a", why: "b").rendered == "a: b")
        #expect(Diagnosis("a", fix: "c").rendered == "a\n  fix: c")
        #expect(Diagnosis("a", why: "b", fix: "c", at: place(3, 7)).rendered == "f:3:7: a: b\n  fix: c")
    }

    @Test func mistakesStandInTheOrderOfTheirPlacesThoseWithoutAPlaceFirst() {
        let mistakes = [
            Diagnosis("later", at: place(10)), Diagnosis("second of its place", at: place(2)), Diagnosis("nowhere"),
            Diagnosis("after it", at: place(2)), Diagnosis("left of it", at: place(2, 0)), Diagnosis("nowhere either"),
            Diagnosis("another file", at: place(1, file: "g")),
        ]
        #expect(
            Diagnoses(mistakes).all.map(\.what) == [
                "nowhere", "nowhere either", "left of it", "second of its place", "after it", "later", "another file",
            ])
    }

    @Test func everyErrorGivesItsDiagnoses() {
        struct Unknown: Error {}
        struct Known: Diagnosable { var diagnosis: Diagnosis { Diagnosis("known") } }
        #expect(Diagnoses(of: Known()).all == [Diagnosis("known")])
        #expect(Diagnoses(of: Diagnosis("one")).all == [Diagnosis("one")])
        #expect(Diagnoses(of: Diagnoses([Diagnosis("one"), Diagnosis("two")])).all.count == 2)
        #expect(Diagnoses(of: Unknown()).all.map(\.what) == ["Unknown()"])
    }
}

@Suite struct NearestNameTests {
    static let names: [(String, String?)] = [
        ("memry", "memory"), ("Memory", "memory"), ("meomry", "memory"), ("cpu", "cpus"), ("dsk", "disk"),
        ("disk", "disk"),
        ("colour", nil), ("x", nil), ("", nil), ("memorandum", nil), ("iamge", "image"),
    ]

    @Test(arguments: names)
    func isTheOneThatWasMeant(typed: String, meant: String?) {
        #expect(nearestName(to: typed, among: ["cpus", "disk", "image", "memory"]) == meant)
    }

    @Test func tiesGoToTheFirstInOrder() {
        #expect(nearestName(to: "cat", among: ["rat", "bat", "hat"]) == "bat")
        #expect(nearestName(to: "cat", among: [String]()) == nil)
    }
}
