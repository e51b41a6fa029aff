import Clusterfiles
import Credentials
import Diagnostics
import FoundationEssentials
import PlanExecution

/// The hooks of a command: those of the Clusterfile, around the work.
struct Hooks: Sendable {
    private let hooks: ClusterSpec.Hooks
    private let runner: HookRunner

    /// The hooks of the options' Clusterfile; none where the cluster is known by its name alone.
    init(_ options: ClusterOptions, progress: ProgressSink) throws {
        hooks = try options.hooks()
        let identity = try options.identity()
        var environment = Workplace.environment
        let folder = try Workplace.programsFolder()
        environment["PATH"] = folder + ":" + (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin")
        environment["CLUSTERFILE_CLUSTER"] = identity.name
        environment["CLUSTERFILE_UUID"] = identity.uuid.text
        environment["CLUSTERFILE_KUBECONFIG"] = try options.credentials().kubeconfigPath
        environment["CLUSTERFILE_CONNECT"] = Workplace.askedURI
        var place = FileManager.default.currentDirectoryPath
        if options.cluster != nil {
            progress.report(.note("hooks of its Clusterfile, if it has any, are not run: -c names the cluster alone"))
        } else {
            let path = try options.path()
            place = ClusterOptions.folder(of: path)
            environment["CLUSTERFILE_FILE"] = place + "/" + (path.split(separator: "/").last ?? "")
        }
        runner = HookRunner(
            folder: place, environment: environment, hostNamespace: Workplace.hostNamespace, progress: progress)
    }

    /// Runs hooks that stand before the work, which is not begun where one fails.
    func before(_ moment: HookRunner.Moment) async throws { try await runner.run(moment, of: hooks) }

    /// Runs hooks that follow work that succeeded; one that fails is told beside how that ended.
    func after(
        _ moment: HookRunner.Moment, _ ending: ProgressOptions.Ending
    ) async throws -> ProgressOptions.Ending {
        guard ending.status == .success else { return ending }
        do {
            try await runner.run(moment, of: hooks)
            return ending
        } catch let error as CancellationError {
            throw error
        } catch {
            var ending = ending
            let problem = Diagnoses(of: error).description
            ending.status = ExitStatus.failure
            ending.text += "\n" + problem
            ending.summary["problems"] = [.string(problem)]
            return ending
        }
    }
}

extension ClusterOptions {
    /// The hooks of the Clusterfile, whatever else may be wrong with it.
    fileprivate func hooks() throws -> ClusterSpec.Hooks {
        guard cluster == nil else { return .none }
        let path = try path()
        do {
            return try Clusterfile.hooks(try text(path), file: path, environment: Workplace.environment)
        } catch let mistakes as Diagnoses {
            throw MistakesInFile(diagnoses: mistakes)
        }
    }
}
