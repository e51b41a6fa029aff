import Testing

@testable import ContainerImages

@Suite struct ImageReferenceTests {
    @Test(arguments: [
        ("busybox", "docker.io/library/busybox:latest"),
        ("busybox:1.36", "docker.io/library/busybox:1.36"),
        ("docker.io/library/busybox", "docker.io/library/busybox:latest"),
        ("index.docker.io/library/busybox", "docker.io/library/busybox:latest"),
        ("me/tool", "docker.io/me/tool:latest"),
        ("localhost/tool", "localhost/tool:latest"),
        ("localhost:5000/a/b:v1", "localhost:5000/a/b:v1"),
        ("registry.k8s.io/pause:3.9", "registry.k8s.io/pause:3.9"),
        (
            "busybox@sha256:3213f9bf698607552693b73513cf1f1854aae21fd8c8fb1e4da9d047318aa8c2",
            "docker.io/library/busybox@sha256:3213f9bf698607552693b73513cf1f1854aae21fd8c8fb1e4da9d047318aa8c2"
        ),
    ])
    func `fills in what people leave out`(text: String, full: String) throws {
        let reference = try ImageReference(parsing: text)
        #expect(reference.description == full)
        #expect(try ImageReference(parsing: full) == reference)
    }

    @Test(arguments: ["", "Busybox", "a//b", "a:", "a:-x", "a@sha256:12", "-a", "a b", "../../etc/passwd", "a/.."])
    func `refuses what is none`(text: String) {
        #expect(throws: ImageError.malformedReference(text)) { try ImageReference(parsing: text) }
    }
}
