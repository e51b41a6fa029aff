import CLibvirt
import Dispatch

/// libvirt's state for the whole process: its event loop, which streams, domain events and keep-alive need.
enum Libvirt {
    /// Sets libvirt up once, before the first connection; evaluating it again does nothing.
    static let ready: Bool = {
        guard virInitialize() == 0 else { return false }
        virSetErrorFunc(nil, ignoreError)
        guard virEventRegisterDefaultImpl() == 0 else { return false }
        DispatchQueue(label: "libvirt.events").async { runEventLoop() }
        return true
    }()
}

/// Replaces libvirt's default, which prints every error to stderr: ours are thrown.
private func ignoreError(_: UnsafeMutableRawPointer?, _: virErrorPtr?) {}

/// Runs for the life of the process, on a thread of its own.
private func runEventLoop() {
    while virEventRunDefaultImpl() == 0 {}
}
