import Addresses
import Linux
import SecureShell

extension SecureShellRoute {
    /// Runs the body with the `HOST:PORT` at which this process reaches a port of a machine: its own, or one of the loopback that
    /// leads through the jump host while the body runs.
    func withDoor<Result>(
        to address: String, port: Int, _ body: (String) async throws -> Result
    ) async throws -> Result {
        guard case .jump(let host) = self, let guest = IPv4Address(address) else {
            return try await body("\(address):\(port)")
        }
        let loopback = IPv4Address(number: 0x7F00_0001)
        let listeners = try ForwardListener.bind(
            [
                Forward(
                    transport: .tcp, hostAddress: loopback, hostPort: 0, machine: address, guestAddress: guest,
                    guestPort: port, jump: host)
            ], inNamespace: nil)
        let server = try await ForwardServer.start(listeners)
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body("\(loopback):\(server.port ?? 0)"))
        } catch {
            outcome = .failure(error)
        }
        try await server.stop()
        return try outcome.get()
    }
}
