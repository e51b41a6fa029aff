import CLibssh
import Glibc
import Linux

extension SecureShellSession {
    /// Connects to a machine that may still be starting: tries again at short intervals until it answers.
    ///
    /// A wrong host key or a refused user ends the attempts: waiting would not mend them.
    package static func connectWhenReady(
        to target: SecureShellTarget, deadline: ContinuousClock.Instant
    ) async throws -> SecureShellSession {
        var earlier: SecureShellError?
        while true {
            let session = try SecureShellSession(target: target)
            do {
                // A first packet that nobody was there to get is repeated by the system only after 1 s.
                try await session.openSocket(deadline: min(deadline, .now + .milliseconds(500)))
                try await session.shakeHands(deadline: deadline)
                return session
            } catch let error as SecureShellError where error.mayPassWhileStarting {
                await session.close()
                // What ended the last attempt may just have been the deadline.
                guard ContinuousClock.now < deadline else { throw earlier ?? error }
                earlier = error
                try await Task.sleep(until: min(deadline, .now + .milliseconds(25)), clock: .continuous)
            }
        }
    }

    /// Whether an SSH server greets at the target's place (RFC 4253, section 4.2); nobody proves who he is.
    package static func answers(
        at target: SecureShellTarget, deadline: ContinuousClock.Instant
    ) async throws -> Bool {
        let session = try SecureShellSession(target: target)
        let greets = try await session.greets(deadline: deadline)
        await session.close()
        return greets
    }

    private func greets(deadline: ContinuousClock.Instant) async throws -> Bool {
        do {
            try await openSocket(deadline: deadline)
        } catch is SecureShellError {
            return false
        }
        guard try await executor.wait(for: descriptor, events: Int32(POLLIN), deadline: deadline) else { return false }
        var greeting = [UInt8](repeating: 0, count: 4)
        return recv(descriptor, &greeting, greeting.count, 0) == greeting.count && greeting == Array("SSH-".utf8)
    }

    func open(deadline: ContinuousClock.Instant) async throws {
        try await openSocket(deadline: deadline)
        try await shakeHands(deadline: deadline)
    }

    private func openSocket(deadline: ContinuousClock.Instant) async throws {
        if case .jump(let host) = target.route {
            descriptor = try SecureShellRoute.socket(to: target.address, port: target.port, through: host)
            return
        }
        let addresses = try SocketAddress.resolve(target.address, port: target.port)
        var reason = "the name has no address"
        for address in addresses {
            do {
                descriptor = try await connectedSocket(to: address, deadline: deadline)
                return
            } catch let failure as SocketFailure {
                reason = failure.reason
            }
        }
        throw SecureShellError.unreachable(address: target.address, port: target.port, reason: reason)
    }

    private func connectedSocket(to address: SocketAddress, deadline: ContinuousClock.Instant) async throws -> Int32 {
        let socket =
            if case .namespace(let path) = target.route {
                try NetworkNamespace.inside(path: path) { try address.beginConnecting() }
            } else {
                try address.beginConnecting()
            }
        do {
            guard try await executor.wait(for: socket, events: Int32(POLLOUT), deadline: deadline) else {
                throw SocketFailure(code: ETIMEDOUT)
            }
            let code = SocketAddress.pendingError(of: socket)
            if code != 0 { throw SocketFailure(code: code) }
            return socket
        } catch {
            Glibc.close(socket)
            throw error
        }
    }

    private func shakeHands(deadline: ContinuousClock.Instant) async throws {
        configure()
        let status = try await repeated(during: "the SSH handshake", deadline: deadline) { ssh_connect(session) }
        guard status == SSH_OK else {
            throw SecureShellError.connectionFailed(address: target.address, reason: lastReason)
        }
        try verifyHostKey()
        try await logIn(deadline: deadline)
    }

    private func configure() {
        set(SSH_OPTIONS_HOST, target.address)
        set(SSH_OPTIONS_USER, target.user)
        // Nobody's configuration or list of known hosts but what the caller gave.
        set(SSH_OPTIONS_KNOWNHOSTS, "/dev/null")
        set(SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null")
        set(SSH_OPTIONS_PROCESS_CONFIG, false)
        set(SSH_OPTIONS_HOSTKEYS, target.hostKey.algorithm)
        set(SSH_OPTIONS_KEY_EXCHANGE, "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256")
        for direction in [SSH_OPTIONS_CIPHERS_C_S, SSH_OPTIONS_CIPHERS_S_C] {
            set(direction, "aes128-gcm@openssh.com,chacha20-poly1305@openssh.com,aes128-ctr")
        }
        set(SSH_OPTIONS_COMPRESSION, "no")
        var socket = descriptor
        ssh_options_set(session, SSH_OPTIONS_FD, &socket)
        ssh_set_blocking(session, 0)
    }

    private func set(_ option: ssh_options_e, _ value: String) {
        _ = value.withCString { ssh_options_set(session, option, $0) }
    }

    private func set(_ option: ssh_options_e, _ value: Bool) {
        var value = value
        ssh_options_set(session, option, &value)
    }

    /// The server has proved in the handshake that it holds the key it shows; here that key must be the one we know.
    private func verifyHostKey() throws(SecureShellError) {
        var offered: ssh_key?
        guard ssh_get_server_publickey(session, &offered) == SSH_OK, let offered else {
            throw .connectionFailed(address: target.address, reason: lastReason)
        }
        defer { ssh_key_free(offered) }
        guard try target.hostKey.isSame(as: offered) else {
            throw .hostKeyMismatch(
                address: target.address, expected: target.hostKey.fingerprint,
                offered: PublicKey.fingerprint(of: offered))
        }
    }

    /// The user's key, which belongs to the session's thread like everything of libssh's; the caller frees it.
    private func privateKey() throws(SecureShellError) -> ssh_key {
        try target.privateKey.load()
    }

    private func logIn(deadline: ContinuousClock.Instant) async throws {
        let key = try privateKey()
        defer { ssh_key_free(key) }
        let status = try await repeated(
            during: "the SSH login", deadline: deadline, while: Int32(SSH_AUTH_AGAIN.rawValue)
        ) { ssh_userauth_publickey(session, nil, key) }
        switch status {
        case Int32(SSH_AUTH_SUCCESS.rawValue): return
        case SSH_AUTH_ERROR.rawValue:
            throw SecureShellError.connectionFailed(address: target.address, reason: lastReason)
        default: throw SecureShellError.authenticationRefused(user: target.user, address: target.address)
        }
    }
}

extension SecureShellError {
    /// Whether a machine that is still starting can cause this.
    var mayPassWhileStarting: Bool {
        switch self {
        case .unreachable, .connectionFailed, .channelClosed: true
        default: false
        }
    }
}

extension PublicKey {
    func isSame(as key: ssh_key) throws(SecureShellError) -> Bool {
        var own: ssh_key?
        guard ssh_pki_import_pubkey_base64(base64, ssh_key_type_from_name(algorithm), &own) == SSH_OK, let own else {
            throw .malformedPublicKey
        }
        defer { ssh_key_free(own) }
        return ssh_key_cmp(own, key, SSH_KEY_CMP_PUBLIC) == 0
    }
}

extension SecureShellTarget.PrivateKey {
    /// The key; the caller frees it.
    func load() throws(SecureShellError) -> ssh_key {
        var key: ssh_key?
        let status =
            switch self {
            case .text(let text): ssh_pki_import_privkey_base64(text, nil, nil, nil, &key)
            case .file(let path): ssh_pki_import_privkey_file(path, nil, nil, nil, &key)
            }
        guard status == SSH_OK, let key else { throw .unreadablePrivateKey(source: description) }
        return key
    }
}
