import ContainerImages
import Linux
import Logging

/// The images that the machine was given as archives; reading them takes a thread of its own.
actor ImageShelf {
    private let images: ImageStore
    private let folder: String
    private let logger: Logger
    private let executor = BlockingExecutor(label: "clusterfile.images")

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameter folder: where archives are placed, `*.tar`.
    init(images: ImageStore, folder: String, logger: Logger) {
        self.images = images
        self.folder = folder
        self.logger = logger
    }

    /// Takes in archives that changed; a broken one does not keep anybody from working.
    func importArchives() {
        do {
            let names = try images.importFolder(folder)
            if !names.isEmpty { logger.info("imported images", metadata: ["images": "\(names)"]) }
        } catch {
            logger.warning("images not imported", metadata: ["error": "\(error)"])
        }
    }

    /// Whether an image is here, if need be after importing archives that were placed meanwhile.
    func has(_ reference: String) -> Bool {
        if isHere(reference) { return true }
        importArchives()
        return isHere(reference)
    }

    private func isHere(_ reference: String) -> Bool {
        // Whatever is wrong with it, the caller says that it is missing, and a new archive may mend it.
        (try? images.resolve(reference)) != nil
    }
}
