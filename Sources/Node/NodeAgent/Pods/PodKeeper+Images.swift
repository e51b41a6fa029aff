import ContainerImages
import Logging

extension PodKeeper {
    /// Whether an image is here, if need be after importing archives that were placed meanwhile.
    func findImage(_ reference: String) async throws -> Bool {
        if (try? images.resolve(reference)) != nil { return true }  // whatever is wrong, a new archive may mend it
        do {
            _ = try images.importFolder(configuration.imagesFolder)
        } catch let error as ImageError {
            logger.warning("images not imported", metadata: ["error": "\(error)"])
        }
        return (try? images.resolve(reference)) != nil  // the caller says that it is missing
    }
}
