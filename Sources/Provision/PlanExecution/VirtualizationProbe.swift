import FoundationEssentials
import Glibc
package import MachineImages

/// Finds out whether KVM really boots an image's kernel here: a visible /dev/kvm and libvirt's word for it can both be wrong.
package struct VirtualizationProbe: Sendable {
    /// Where answers are kept: one small file for each boot of the host, kernel and QEMU.
    package var cacheFolder: String
    package var emulator = "/usr/bin/qemu-system-x86_64"
    package var deadline: Duration = .seconds(5)

    package init(cacheFolder: String) { self.cacheFolder = cacheFolder }

    /// Whether a kernel prints its banner under KVM within the deadline; the answer is remembered.
    package func kvmBoots(_ kernel: ImageFile, initrd: ImageFile) async throws -> Bool {
        guard access("/dev/kvm", R_OK | W_OK) == 0, access(emulator, X_OK) == 0 else { return false }
        let answerFile = cacheFolder + "/kvm-" + cacheKey(kernel)
        if let known = try? String(contentsOf: URL(filePath: answerFile), encoding: .utf8) {  // no answer yet: probe
            return known.hasPrefix("yes")
        }
        let answer = try await boot(kernel, initrd)
        try FileManager.default.createDirectory(atPath: cacheFolder, withIntermediateDirectories: true)
        try (answer ? "yes\n" : "no\n").write(toFile: answerFile, atomically: true, encoding: .utf8)
        return answer
    }

    private func cacheKey(_ kernel: ImageFile) -> String {
        // Without a boot id the answer is only valid for a host that never reboots: good enough to name a cache file.
        let boot =
            (try? String(contentsOf: URL(filePath: "/proc/sys/kernel/random/boot_id"), encoding: .utf8)) ?? "unknown"
        var status = stat()
        let version = stat(emulator, &status) == 0 ? "\(status.st_size)-\(status.st_mtim.tv_sec)" : "none"
        return "\(boot.prefix { $0 != "\n" })-\(kernel.sha256.prefix(12))-\(version)"
    }

    private func boot(_ kernel: ImageFile, _ initrd: ImageFile) async throws -> Bool {
        let log = cacheFolder + "/kvm-probe-\(getpid()).log"
        try FileManager.default.createDirectory(atPath: cacheFolder, withIntermediateDirectories: true)
        defer { unlink(log) }
        let arguments = [
            emulator, "-accel", "kvm", "-cpu", "host", "-m", "256", "-nodefaults", "-display", "none", "-no-reboot",
            "-serial", "file:\(log)", "-kernel", kernel.path, "-initrd", initrd.path,
            "-append", "console=ttyS0 panic=-1",
        ]
        var process: pid_t = 0
        var argv = arguments.map { strdup($0) } + [nil]
        defer { argv.forEach { free($0) } }
        guard posix_spawn(&process, emulator, nil, nil, &argv, environ) == 0 else { return false }
        defer {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
        let end = ContinuousClock.now + deadline
        while ContinuousClock.now < end {
            // The kernel's banner is its first line; the log appears once QEMU has started.
            if let text = try? String(contentsOf: URL(filePath: log), encoding: .utf8), text.contains("Linux version") {
                return true
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }
}
