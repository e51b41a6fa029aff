internal import Bundles
internal import Crypto
internal import Diagnostics
internal import FoundationEssentials
internal import Synchronization
internal import Vault
internal import YAML

/// Files of the controller: looked up, read, and known by digest, each once.
final class ControllerFiles: Sendable {
    private struct Known {
        var byPath: [String: FileReference] = [:]
        var pathByDigest: [String: String] = [:]
        /// What encrypted files hold.
        var decrypted: [String: [UInt8]] = [:]
    }

    /// Opens what is encrypted.
    let vault: Vault
    /// Where roles are looked for, and what plays do that do not say it.
    let configuration: AnsibleConfiguration
    /// The controller's own environment variables.
    let environment: [String: String]

    /// Where machines' files may come to lie.
    let fetched = FetchedPlaces()

    private let known = Mutex(Known())

    init(
        vault: Vault = Vault(), configuration: AnsibleConfiguration = AnsibleConfiguration(),
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        self.environment = environment
        self.vault = vault
        self.configuration = configuration
    }

    /// What a file is for, which says where it is looked for.
    enum Purpose: String {
        case files, templates, vars

        /// Where a loop over files that a task of that module uses looks for them.
        init(of module: String) {
            self = module == "template" ? .templates : module == "include_vars" ? .vars : .files
        }
    }

    /// Where a role's task, or a play's, looks for files.
    func folders(_ purpose: Purpose, _ role: String?, _ playbook: String) -> [String] {
        (role.map { ["\($0)/\(purpose.rawValue)", $0] } ?? []) + ["\(playbook)/\(purpose.rawValue)", playbook]
    }

    /// The first of the places that exists.
    func find(_ name: String, in folders: [String]) -> (path: String?, looked: [String]) {
        let candidates = name.hasPrefix("/") ? [name] : folders.map { $0 + "/" + name }
        return (candidates.first { FileManager.default.fileExists(atPath: $0) }, candidates)
    }

    /// A machine gets files of the playbook's own folders alone, whatever name it says.
    func requireWithin(_ folders: [String], _ path: String) throws(PlayError) {
        let real = URL(filePath: path).resolvingSymlinksInPath().path
        let roots = folders.map { URL(filePath: $0).resolvingSymlinksInPath().path + "/" }
        guard roots.contains(where: real.hasPrefix) else { throw .fileElsewhere(path) }
    }

    func isFolder(_ path: String) -> Bool {
        var isDirectory = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory
    }

    func isFile(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path) && !isFolder(path)
    }

    func names(in folder: String) -> [String] {
        // A folder that is not there holds nothing.
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    /// The YAML document of a file, with all that is encrypted opened.
    func document(_ path: String) throws(Diagnoses) -> YAMLNode { try vault.document(inFile: path) }

    /// A file by its digest; templates carry their text along. A fresh one is read again.
    func reference(
        _ path: String, withText: Bool, isFresh: Bool = false, at place: SourceLocation?
    ) throws(PlayError) -> FileReference {
        if !isFresh, let reference = known.withLock({ $0.byPath[path] }), reference.text != nil || !withText {
            return reference
        }
        let data: Data
        let mode: Int
        let digest: String
        do {
            (data, digest) = try content(path)
            mode = (try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int) ?? 0o644
        } catch let error as Diagnoses {
            throw .locked(error.all)
        } catch {
            throw .unreadable(path: path, reason: "\(error)", at: place)
        }
        var reference = FileReference(digest: digest, size: data.count, mode: mode)
        if withText {
            guard let text = String(validating: data, as: UTF8.self) else {
                throw .unreadable(path: path, reason: "it is not UTF-8", at: place)
            }
            reference.text = text
        }
        let found = reference
        known.withLock {
            $0.byPath[path] = found
            $0.pathByDigest[found.digest] = path
        }
        return reference
    }

    /// A file's content with its digest; of an encrypted file, what is within.
    private func content(_ path: String) throws -> (Data, String) {
        let data = try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
        guard Vault.isEncrypted(data) else { return (data, try FileDigest.sha256(ofFile: path)) }
        let plain = try vault.content(ofFile: path)
        let digest = Self.hexadecimal(SHA256.hash(data: plain))
        known.withLock { $0.decrypted[digest] = plain }
        return (Data(plain), digest)
    }

    /// The path of a file that was referred to.
    func path(ofDigest digest: String) -> String? { known.withLock { $0.pathByDigest[digest] } }

    /// What an encrypted file that was referred to holds; nil for any other.
    func decrypted(ofDigest digest: String) -> [UInt8]? { known.withLock { $0.decrypted[digest] } }

    static func hexadecimal(_ digest: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
