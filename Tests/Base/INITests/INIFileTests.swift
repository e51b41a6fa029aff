import Testing

@testable import INI

@Suite struct INIFileTests {
    @Test func `sections, comments, values over lines, and defaults for all`() throws {
        let text = """
            # comment
            [DEFAULT]
            d = 1
            [one]
            Key : value
              more
            ; comment
            x=y=z
            [two]
            d=2
            [one]
            last =
            """
        let file = try INIFile(text)
        #expect(file.sections.map(\.name) == ["two", "one"])
        #expect(file["one"]?.entries.map(\.name) == ["d", "key", "x", "last"])
        #expect(file["one"]?["key"]?.value == "value\nmore" && file["one"]?["x"]?.value == "y=z")
        #expect(file["one"]?["last"] == INIFile.Entry(name: "last", value: "", line: 12))
        #expect(file["two"]?["d"]?.value == "2")
    }

    @Test func `comments behind values end them where that is asked for`() throws {
        let text = "[a]\nx = 1 ; one\ny = a;b\n"
        #expect(try INIFile(text)["a"]?["x"]?.value == "1 ; one")
        #expect(try INIFile(text, inlineComments: ";")["a"]?.entries.map(\.value) == ["1", "a;b"])
    }

    @Test(arguments: [("x = 1\n", 1), ("[a]\n\nnothing\n", 3)])
    func `what is no setting of a section is told with its line`(text: String, line: Int) {
        #expect(throws: INIFile.SyntaxError(line: line, text: line == 1 ? "x = 1" : "nothing")) { try INIFile(text) }
    }
}
