import Logging
import NodeAgent

/// The program's command line. Parsed by hand: on an emulated machine a parser that works by reflection takes longer
/// than everything else that the agent does before it registers.
struct AgentOptions {
    var server = ""
    var nodeName = ""
    var nodeAddress = ""
    var authorityFile = "/etc/clusterfile/pki/ca.crt"
    var certificateFile = "/etc/clusterfile/pki/node.crt"
    var keyFile = "/etc/clusterfile/pki/node.key"
    var imagesFolder = "/var/lib/clusterfile/images"
    var rootFolder = "/var/lib/clusterfile"
    var podRange = "10.244.0.0/16"
    var roles: [String] = []
    var taints: [NodeTaint] = []
    var logLevel = Logger.Level.info

    static let help = """
        OVERVIEW: Run the pods that the cluster gives this machine.

        USAGE: clusterfile-node --server URL --node-name NAME --node-ip ADDRESS [OPTION VALUE]...

          --server URL         the API server, as https://ADDRESS:PORT
          --node-name NAME     the node's name
          --node-ip ADDRESS    the node's IPv4 address in the machines' network
          --ca-file FILE       the cluster's authority, PEM (/etc/clusterfile/pki/ca.crt)
          --cert-file FILE     the node's certificate, PEM (/etc/clusterfile/pki/node.crt)
          --key-file FILE      the node's private key, PEM (/etc/clusterfile/pki/node.key)
          --images-dir FOLDER  where image archives (*.tar) are placed (/var/lib/clusterfile/images)
          --root-dir FOLDER    where the agent keeps images, pods and volumes (/var/lib/clusterfile)
          --pod-range RANGE    the IPv4 range of all pods' addresses (10.244.0.0/16)
          --role ROLE          a role to register with, such as control-plane; may be repeated
          --taint TAINT        a taint to register with, as key=value:effect; may be repeated
          --log-level LEVEL    trace, debug, info, notice, warning, error or critical (info)
          --help               this text

        EXIT STATUS: 0 after SIGTERM or SIGINT, 64 for wrong usage, 1 for everything else.
        """

    /// What is wrong with a command line, in words for who typed it.
    struct UsageError: Error {
        var message: String
    }

    /// Reads the words after the program's name; `--name value` and `--name=value` are the same.
    init(_ words: [String]) throws(UsageError) {
        var rest = words[...]
        while let word = rest.popFirst() {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let value: String
            if parts.count == 2 {
                value = parts[1]
            } else if let next = rest.popFirst() {
                value = next
            } else {
                throw UsageError(message: "'\(word)' needs a value")
            }
            try set(parts[0], to: value)
        }
        let required = [("--server", server), ("--node-name", nodeName), ("--node-ip", nodeAddress)]
        for (name, value) in required where value.isEmpty {
            throw UsageError(message: "'\(name)' is missing")
        }
    }

    private mutating func set(_ name: String, to value: String) throws(UsageError) {
        switch name {
        case "--server": server = value
        case "--node-name": nodeName = value
        case "--node-ip": nodeAddress = value
        case "--ca-file": authorityFile = value
        case "--cert-file": certificateFile = value
        case "--key-file": keyFile = value
        case "--images-dir": imagesFolder = value
        case "--root-dir": rootFolder = value
        case "--pod-range": podRange = value
        case "--role": roles.append(value)
        case "--taint":
            guard let taint = NodeTaint(value) else {
                throw UsageError(message: "'\(value)' is not a taint; write it as key=value:effect")
            }
            taints.append(taint)
        case "--log-level":
            guard let level = Logger.Level(rawValue: value) else {
                throw UsageError(message: "'\(value)' is not a level of logging")
            }
            logLevel = level
        default: throw UsageError(message: "'\(name)' is not an option")
        }
    }
}
