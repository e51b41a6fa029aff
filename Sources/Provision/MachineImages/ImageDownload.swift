import FoundationEssentials
import Glibc
import Linux

/// Downloads by curl, which goes on where an earlier one was cut short.
package enum ImageDownload {
    /// Puts what a URL has into a file, in a network namespace or the caller's own.
    package static func fetch(_ url: String, to path: String, in namespace: String? = nil) async throws {
        var status = try await curl(url, path, in: namespace)
        if status == Self.cannotResume {
            unlink(path)
            status = try await curl(url, path, in: namespace)
        }
        guard status == 0 else { throw ImageError.notDownloaded(url: url, status: "ended with status \(status)") }
    }

    /// curl(1)'s exit status where the server has no ranges.
    private static let cannotResume: Int32 = 33

    private static func curl(_ url: String, _ path: String, in namespace: String?) async throws -> Int32 {
        let progress = isatty(STDERR_FILENO) == 1 ? ["--progress-bar"] : ["--silent", "--show-error"]
        var spec = ProcessSpec(
            arguments: ["curl"] + progress + [
                "--fail", "--location", "--proto", "=http,https", "--retry", "3", "--connect-timeout", "30",
                "--continue-at", "-", "--output", path, "--", url,
            ], environment: ProcessInfo.processInfo.environment.map { "\($0)=\($1)" }.sorted())
        if let namespace { spec.joinedNamespaces = [namespace] }
        do {
            return try await ended(try StartedProcess.start(spec, streams: .init())).code
        } catch let error as LinuxError {
            throw ImageError.notDownloaded(url: url, status: "does not start: \(error)")
        }
    }

    private static func ended(_ process: consuming StartedProcess) async throws -> WaitStatus {
        let pid = process.pid
        var status: Int32 = 0
        while waitpid(pid, &status, WNOHANG) == 0 {
            do {
                try await Task.sleep(for: .milliseconds(50))
            } catch {
                kill(pid, SIGTERM)
                waitpid(pid, &status, 0)
                throw error
            }
        }
        return WaitStatus(status)
    }
}
