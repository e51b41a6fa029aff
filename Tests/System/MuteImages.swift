import Foundation

/// A catalogue of images with the built ones and two whose guests only print a line and halt: `mute`, and `panic`, which prints
/// what a kernel prints that gives up.
enum MuteImages {
    /// Such a catalogue's folder, for `CLUSTERFILE_IMAGES`; made once for each run of the tests.
    static func catalogue() async throws -> String { try await made.value }

    private static let made = Task {
        let folder = TestCluster.project.appendingPathComponent(".build/mute-images").path
        // There is none yet.
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let script = TestCluster.project.appendingPathComponent("scripts/mute-image").path
        try await Command.output([script, folder])
        try await Command.output([script, folder, "panic", "Kernel panic - not syncing: a test's"])
        let built = ProcessInfo.processInfo.environment["CLUSTERFILE_IMAGES"] ?? "/var/lib/clusterfile/images"
        for name in try FileManager.default.contentsOfDirectory(atPath: built) {
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/" + name, withDestinationPath: built + "/" + name)
        }
        return folder
    }
}
