/// Whom to connect to, as whom, and by which keys both sides prove who they are.
package struct SecureShellTarget: Hashable, Sendable {
    /// Where the user's private key is.
    package enum PrivateKey: Hashable, Sendable {
        /// OpenSSH's or PEM's text, not encrypted.
        case text(String)
        /// A file of this host that holds such text.
        case file(String)
    }

    /// An address or a name of this host's resolver.
    package var address: String
    package var port: UInt16
    package var user: String
    package var privateKey: PrivateKey
    /// The one key that the server must have.
    package var hostKey: PublicKey
    /// How the server's network is reached.
    package var route: SecureShellRoute

    package init(
        address: String, port: UInt16 = 22, user: String, privateKey: PrivateKey, hostKey: PublicKey,
        route: SecureShellRoute = .direct
    ) {
        self.address = address
        self.port = port
        self.user = user
        self.privateKey = privateKey
        self.hostKey = hostKey
        self.route = route
    }
}

extension SecureShellTarget.PrivateKey: CustomStringConvertible, CustomDebugStringConvertible {
    /// Where the key is from; never the key.
    package var description: String {
        switch self {
        case .text: "memory"
        case .file(let path): path
        }
    }

    package var debugDescription: String { description }
}
