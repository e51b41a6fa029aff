import Clusterfiles
import Diagnostics
import FoundationEssentials
import Hypervisor
import MachineImages

extension Surroundings {
    /// What this host has, for a Clusterfile in that folder.
    static func thisHost(folder: String) -> Surroundings {
        let images = ImageCatalogue(folder: Workplace.imagesFolder).images()
        return Surroundings(
            images: images.values.sorted { $0.name < $1.name }.map {
                .init(name: $0.name, diskSize: ByteCount(bytes: $0.virtualBytes), isNative: $0.isNative)
            }, environment: Workplace.environment,
            fileExists: { isFolder(ClusterOptions.resolve($0, in: folder)) == false },
            folderExists: { isFolder(ClusterOptions.resolve($0, in: folder)) == true },
            xmlFault: { xml in
                do throws(HypervisorError) {
                    _ = try DomainOverlay(xml)
                    return nil
                } catch {
                    guard case .malformedOverlay(let line, let column) = error else {
                        return XMLFault(line: 1, column: 1, problem: error.diagnosis.what)
                    }
                    return XMLFault(line: line, column: column, problem: "it is malformed here")
                }
            }, clusterUUID: ClusterOptions.uuid)
    }

    /// Whether a path is a folder's and not a file's; nil where nothing is there.
    private static func isFolder(_ path: String) -> Bool? {
        var isFolder = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) ? isFolder : nil
    }
}
