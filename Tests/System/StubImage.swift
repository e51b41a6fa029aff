import Foundation

/// An image `stub` for clusters whose machines need not do anything: no Debian, but an SSH server and an answer on the
/// readiness channel. `up` of one such machine takes 5 s, most of them its kernel's, and 128 MiB are enough for it.
enum StubImage {
    /// The folder of a catalogue that holds it, for `CLUSTERFILE_IMAGES`; built once for each run of the tests.
    static func catalogue() async throws -> String { try await built.value }

    private static let built = Task {
        let debian = try await Command.output([script("scripts/image"), "debian-12"])
        let folder = script(".build/stub-images")
        try await Command.output(
            [
                script("Tests/System/stub/build"), debian.trimmingCharacters(in: .whitespacesAndNewlines),
                folder + "/stub",
            ])
        return folder
    }

    private static func script(_ path: String) -> String { TestCluster.project.appendingPathComponent(path).path }
}
