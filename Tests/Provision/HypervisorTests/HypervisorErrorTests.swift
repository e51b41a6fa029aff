import Testing

@testable import Hypervisor

struct HypervisorErrorTests {
    private func failure(_ message: String) -> LibvirtFailure { LibvirtFailure(code: 1, domain: 0, message: message) }

    @Test func aTakenAddressRangeNamesTheInterface() {
        let error = HypervisorError.networkNotStarted(
            "demo", failure("internal error: Network is already in use by interface virbr0"))
        #expect(error == .addressRangeInUse(network: "demo", interface: "virbr0"))
        #expect(error.diagnosis.why == "the host's interface virbr0 already uses its address range")
    }

    @Test func otherRefusalsKeepLibvirtsWords() {
        let error = HypervisorError.networkNotStarted("demo", failure("cannot do it"))
        #expect(error == .refused(action: "start network 'demo'", failure("cannot do it")))
        #expect(error.diagnosis.what == "could not start network 'demo'")
        #expect(error.diagnosis.why == "cannot do it")
    }

    @Test(arguments: [
        HypervisorError.unreachable(uri: "qemu:///system", LibvirtFailure(code: 38, domain: 7, message: "refused")),
        .notFound(.volume, name: "v"), .channelBusy(domain: "d", channel: "c"),
        .channelClosed(domain: "d", channel: "c"), .timedOut(waitingFor: "it", seconds: 1.25),
        .unreadableFile(path: "/x", errno: 2, reason: "No such file or directory"),
        .malformedAnswer(about: "domain 'd'"), .malformedOverlay(line: 1, column: 2), .refusedOverlay(element: "uuid"),
        .poolFull(name: "p", freeBytes: 1, neededBytes: 2), .poolInactive(name: "p"),
        .poolFolderGone(name: "p", reason: "it"), .connectionLost(uri: "u", cause: "it"),
        .diskCannotShrink(path: "/d", bytes: 2, wanted: 1), .processorsCannotLeave(domain: "d", count: 2, wanted: 1),
    ])
    func everyErrorSaysWhyAndWhatToDo(error: HypervisorError) {
        #expect(error.diagnosis.why?.isEmpty == false)
        #expect(error.diagnosis.fix?.isEmpty == false)
    }
}
