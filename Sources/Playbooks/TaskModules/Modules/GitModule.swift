internal import Bundles
internal import Glibc
internal import JSON
internal import Linux

/// `git`: a repository's working copy at a version.
enum GitModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let git = try GitCopy(context)
        guard let folder = git.folder else {
            guard !context.flag("clone", default: true) else {
                throw TaskFailure.badArguments(
                    module: "git", reason: "the destination directory must be specified unless clone=no")
            }
            return Proposal(["before": .null, "after": .string(try git.remoteVersion())])
        }
        guard try git.exists() else {
            guard context.flag("clone", default: true) else {
                let version = try git.remoteVersion()
                return change(["before": .null, "after": .string(version)], folder, "", version) { [:] }
            }
            let version = try git.remoteVersion()
            return change(["before": .null, "after": .string(version)], folder, "", version) {
                try git.clone()
                let after = try git.head()
                let members: JSONObject = ["after": .string(after)]
                return members.merging(try git.archive())
            }
        }
        let before = try git.head()
        let address = try git.address()
        let movesAddress = address != context.text("repo")
        let modifications = try git.isModified()
        if modifications, !context.flag("force") {
            throw TaskFailure.result([
                "msg": .string("Local modifications exist in the destination: \(folder) (force=no)."),
                "before": .string(before),
            ])
        }
        guard context.flag("update", default: true) else {
            let result: JSONObject = ["before": .string(before), "after": .string(before), "remote_url_changed": false]
            return modifications
                ? change(result, folder, "modified\n", before) {
                    try git.reset(); return [:]
                } : Proposal(result)
        }
        let wanted = try git.remoteVersion()
        var result: JSONObject = ["before": .string(before), "after": .string(wanted)]
        if movesAddress { result["remote_url_changed"] = true }
        let isCurrent = try before == wanted && !movesAddress && !modifications && git.isOnBranch()
        guard !isCurrent else {
            // Nothing is fetched where the commit is here already.
            if try git.archiveIsMissing() { return change(result, folder, "", "archive") { try git.archive() } }
            return Proposal(result)
        }
        return change(result, folder, before + "\n", wanted) {
            if movesAddress { try git.setAddress() }
            if modifications { try git.reset() }
            try git.fetch()
            try git.checkOut()
            let after = try git.head()
            let changed = after != before || modifications || movesAddress
            let members: JSONObject = ["after": .string(after), "changed": .bool(changed)]
            return members.merging(try git.archive())
        }
    }

    private static func change(
        _ result: JSONObject, _ folder: String, _ before: String, _ after: String,
        _ apply: @escaping () throws -> JSONObject
    ) -> Proposal {
        Proposal(result, differences: [.init(path: folder, before: before, after: after + "\n")], apply: apply)
    }
}

/// A repository here and where it comes from, driven by `git`.
struct GitCopy {
    let folder: String?
    private let repository: String
    private let version: String
    private let remote: String
    private let program: String
    private let context: ModuleContext
    private let environment: [String: String]
    private var isBare: Bool { context.flag("bare") }

    init(_ context: ModuleContext) throws {
        self.context = context
        program = try context.path("executable") ?? "git"
        guard Spawn.finds(program) || access(program, X_OK) == 0 else {
            throw TaskFailure.noProgram("git", package: "git")
        }
        folder = try context.path("dest")
        repository = try context.required("repo")
        version = context.text("version") ?? "HEAD"
        remote = context.text("remote") ?? "origin"
        environment = try Self.environment(context)
    }

    private static func environment(_ context: ModuleContext) throws -> [String: String] {
        var environment = ["GIT_TERMINAL_PROMPT": "0"]
        var options = ["-o", "BatchMode=yes"]
        if let more = context.text("ssh_opts") { options += try ShellWords.ofTask(more) }
        if let key = try context.path("key_file") { options += ["-i", key, "-o", "IdentitiesOnly=yes"] }
        if context.flag("accept_hostkey") { options += ["-o", "StrictHostKeyChecking=no"] }
        if context.flag("accept_newhostkey") { options += ["-o", "StrictHostKeyChecking=accept-new"] }
        let quoted = options.map { "'" + $0.replacing("'", with: "'\\''") + "'" }
        environment["GIT_SSH_COMMAND"] = (["ssh"] + quoted).joined(separator: " ")
        return environment
    }

    @discardableResult
    private func git(_ arguments: [String], inFolder: Bool = true) throws -> String {
        let mask = try context.arguments["umask"].flatMap { try FileMode($0)?.bits(of: 0, isDirectory: false) }
        let old = mask.map { umask(mode_t($0)) }
        defer { if let old { umask(old) } }
        // A working copy of another user's is ours to manage: the task says so.
        let safe = folder.map { ["-c", "safe.directory=\($0)"] } ?? []
        let said = try context.spawn(
            [program] + safe + arguments, in: inFolder ? folder : nil, environment: environment)
        return said.outputText
    }

    func exists() throws -> Bool {
        guard let folder else { return false }
        return try SystemCalls.status(isBare ? folder + "/HEAD" : folder + "/.git") != nil
    }

    /// The commit that is checked out.
    func head() throws -> String { try git(["rev-parse", "HEAD"]).trimmed }

    func address() throws -> String {
        try git(["config", "--get", "remote.\(remote).url"]).trimmed
    }

    func setAddress() throws { try git(["remote", "set-url", remote, repository]) }

    func isModified() throws -> Bool {
        guard !isBare else { return false }
        return try git(["status", "--porcelain"]).lineTexts.contains { !$0.hasPrefix("??") }
    }

    func reset() throws { try git(["reset", "--hard", "HEAD", "--"]) }

    private var isCommit: Bool { version.count == 40 && version.allSatisfy(\.isHexDigit) }

    /// The commit that the version is at the repository's; a commit's own number is itself.
    func remoteVersion() throws -> String {
        if isCommit { return version }
        let listed = try git(["ls-remote", repository], inFolder: false).lineTexts.reduce(into: [String: String]()) {
            let pair = $1.split(whereSeparator: \.isWhitespace).map(String.init)
            if pair.count == 2 { $0[pair[1]] = pair[0] }
        }
        for name in [
            version, "refs/heads/\(version)", "refs/tags/\(version)^{}", "refs/tags/\(version)", "refs/\(version)",
        ] {
            if let commit = listed[name] { return commit }
        }
        // A shortened number of a commit that is here already.
        if version.count >= 7, version.allSatisfy(\.isHexDigit), try exists(),
            let whole = try? git(["rev-parse", "--verify", version + "^{commit}"]).trimmed
        {
            return whole
        }
        if version.count >= 7, version.allSatisfy(\.isHexDigit) { return version }
        throw TaskFailure.said("Could not determine remote revision for \(version)")
    }

    private func isRemoteBranch() throws -> Bool {
        if version == "HEAD" { return false }
        let found = try context.run(
            [program, "ls-remote", repository, "-h", "refs/heads/\(version)"], environment: environment)
        return found.outputText.contains("refs/heads/\(version)")
    }

    /// Whether the copy is on the wanted branch, where a branch is wanted that is here.
    func isOnBranch() throws -> Bool {
        guard !isBare, !isCommit, version != "HEAD", let folder else { return true }
        guard try SystemCalls.status(folder + "/.git/refs/heads/\(version)") != nil else { return true }
        return try git(["rev-parse", "--abbrev-ref", "HEAD"]).trimmed == version
    }

    func clone() throws {
        guard let folder else { return }
        if let slash = folder.lastIndex(of: "/"), slash != folder.startIndex {
            try FileModule.make(String(folder[..<slash]), try FileAttributes([:]))
        }
        var command = ["clone"]
        if isBare { command.append("--bare") } else { command += ["--origin", remote] }
        let isBranchOrTag =
            try !isCommit && version != "HEAD"
            && git(["ls-remote", repository], inFolder: false).lineTexts.contains {
                $0.hasSuffix("refs/heads/\(version)") || $0.hasSuffix("refs/tags/\(version)")
            }
        if let depth = context.integer("depth"), version == "HEAD" || isBranchOrTag, context.text("refspec") == nil {
            command += ["--depth", String(depth)]
        }
        if context.flag("single_branch") { command.append("--single-branch") }
        if isBranchOrTag { command += ["--branch", version] }
        if let reference = context.text("reference") { command += ["--reference", reference] }
        if let separate = try context.path("separate_git_dir") { command.append("--separate-git-dir=" + separate) }
        try git(command + [repository, folder], inFolder: false)
        if isBare, remote != "origin" { try git(["remote", "add", remote, repository]) }
        if let refspec = context.text("refspec") { try git(["fetch", remote, refspec]) }
        if !isBare { try checkOut() }
        try verify()
    }

    func fetch() throws {
        let depth = context.integer("depth").map { ["--depth", String($0)] } ?? []
        let refspecs = context.text("refspec").map { [$0] } ?? []
        if isBare {
            try git(
                ["fetch", "--tags", "--prune", "--force"] + depth + [remote, "+refs/heads/*:refs/heads/*"] + refspecs)
        } else {
            try git(["fetch", "--tags", "--force"] + depth + [remote] + refspecs)
            if !refspecs.isEmpty { try git(["fetch", "--force"] + depth + [remote]) }
        }
    }

    /// Puts the working copy at the version: on its branch, or at the tag or commit itself.
    func checkOut() throws {
        guard !isBare else { return }
        if version == "HEAD" {
            let branch = try git(["symbolic-ref", "--short", "refs/remotes/\(remote)/HEAD"]).trimmed
            let local = String(branch.dropFirst(remote.count + 1))
            try git(["checkout", "--force", local])
            try git(["reset", "--hard", branch, "--"])
        } else if try isRemoteBranch() {
            let isHere =
                try context.run(
                    [program, "show-ref", "--verify", "--quiet", "refs/heads/\(version)"], in: folder
                ).status == 0
            try git(
                isHere
                    ? ["checkout", "--force", version] : ["checkout", "--track", "-b", version, "\(remote)/\(version)"])
            try git(["reset", "--hard", "\(remote)/\(version)", "--"])
        } else {
            try git(["checkout", "--force", version])
        }
        guard context.flag("recursive", default: true), let folder,
            try SystemCalls.status(folder + "/.gitmodules") != nil
        else { return }
        try git(["submodule", "sync"])
        let follow = context.flag("track_submodules") ? ["--remote"] : []
        try git(["submodule", "update", "--init", "--recursive", "--force"] + follow)
        try verify()
    }

    private func verify() throws {
        guard context.flag("verify_commit") else { return }
        let kind = try git(["cat-file", "-t", version]).trimmed
        let said = try git([kind == "tag" ? "verify-tag" : "verify-commit", "--raw", version])
        let allowed = context.texts("gpg_whitelist") ?? []
        guard !allowed.isEmpty else { return }
        guard allowed.contains(where: said.contains) else {
            throw TaskFailure.said(
                "Failed to verify GPG signature of commit/tag \"\(version)\": its key is not allowed")
        }
    }

    func archiveIsMissing() throws -> Bool {
        guard let path = try context.path("archive") else { return false }
        return try SystemCalls.status(path) == nil
    }

    /// Packs the version into a file, where the task wants one.
    func archive() throws -> JSONObject {
        guard let path = try context.path("archive") else { return JSONObject() }
        let format =
            path.hasSuffix(".zip") ? "zip" : path.hasSuffix(".tar") ? "tar" : path.hasSuffix("gz") ? "tar.gz" : "tgz"
        let prefix = context.text("archive_prefix").map { ["--prefix", $0] } ?? []
        try git(["archive", "--format", format, "--output", path] + prefix + [version])
        return ["git_archive": .string(path)]
    }
}
