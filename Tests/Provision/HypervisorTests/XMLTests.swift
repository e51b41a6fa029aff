import Testing

@testable import Hypervisor

struct XMLTests {
    @Test func aTreeSurvivesBeingWrittenAndRead() throws {
        let tree = XMLElement(
            "a", ["q": "it's <\"&\">\n\ttab", "none": nil],
            [XMLElement("b", text: "x < y && \"z\" ü 🐟"), XMLElement("c"), XMLElement("b", ["n": ""], text: "]]>")])
        #expect(try XMLReader.read(tree.rendered()) == tree)
    }

    @Test func whatLibvirtAndPeopleWriteIsRead() throws {
        let text = """
            <?xml version="1.0"?>
            <!-- a < comment -->
            <domain type='qemu' id = "3">
              <name>caf&#xe9; &amp; &#99;o</name><!-- inner -->
              <raw><![CDATA[<not & parsed>]]></raw>
              <empty />
            </domain >
            """
        let root = try XMLReader.read(text)
        #expect(root["type"] == "qemu")
        #expect(root["id"] == "3")
        #expect(root.textOf("name") == "café & co")
        #expect(root.textOf("raw") == "<not & parsed>")
        #expect(root.children.map(\.name) == ["name", "raw", "empty"])
    }

    @Test(arguments: [
        "", "<", "<a", "<a>", "<a></b>", "<a x></a>", "<a x=1/>", "<a x='1></a>", "<a>&nope;</a>", "<a>&amp</a>",
        "<a><b></a></b>", "<a><!-- </a>", "<a>&#xD800;</a>", "plain",
    ])
    func malformedTextIsAnErrorAndNotACrash(text: String) {
        #expect(throws: XMLReader.Malformed.self) { try XMLReader.read(text) }
    }

    @Test func deepNestingIsAnErrorAndNotAStackOverflow() {
        let text = String(repeating: "<a>", count: 100_000)
        #expect(throws: XMLReader.Malformed.self) { try XMLReader.read(text) }
    }

    @Test func whatXMLCannotExpressBecomesAReplacementCharacter() {
        #expect(XMLElement.escaped("a\u{0}b\u{1B}[31mc") == "a\u{FFFD}b\u{FFFD}[31mc")
    }
}
