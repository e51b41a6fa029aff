import JSON

/// The seed of an image from elsewhere: what cloud-init's NoCloud source reads from a disk with the label `cidata`
/// (https://docs.cloud-init.io/en/latest/reference/datasources/nocloud.html).
///
/// All of its parts are JSON, which is YAML as well. Of a Clusterfile's `user_data` and what a machine needs anyway, the
/// latter comes last and is merged: lists are joined, and where both set one value, the user's holds.
package struct NoCloudSeed: Hashable, Sendable {
    private let boot: FirstBoot
    private let userData: String?

    package init(_ boot: FirstBoot, userData: String?) {
        self.boot = boot
        self.userData = userData
    }

    /// The seed disk's contents. It holds private keys: its volume's mode is 0600.
    package var bytes: [UInt8] {
        var bytes = ISO9660(
            label: "cidata",
            files: [("meta-data", metaData), ("network-config", networkConfig), ("user-data", userDataFile)]
                .map { ($0.0, Array($0.1.utf8)) }
        ).bytes
        let remainder = bytes.count % FirstBoot.diskStep
        if remainder > 0 { bytes.append(contentsOf: repeatElement(0, count: FirstBoot.diskStep - remainder)) }
        return bytes
    }

    var metaData: String {
        let data: JSON = ["instance-id": .string(boot.instanceID), "local-hostname": .string(boot.hostname)]
        return data.prettyText
    }

    /// Version 2, cards by their hardware addresses.
    var networkConfig: String {
        var cards = JSONObject()
        for (number, card) in boot.cards.enumerated() {
            var entry: JSON = ["match": ["macaddress": .string(card.macAddress)]]
            if let mtu = card.mtu { entry["mtu"] = JSON(mtu) }
            switch card.address {
            case .leased: entry["dhcp4"] = true
            case .fixed(let address, let prefixLength):
                entry["addresses"] = [.string("\(address)/\(prefixLength)")]
            }
            if number == 0, let gateway = boot.gateway {
                entry["routes"] = [["to": "0.0.0.0/0", "via": .string(gateway)]]
                entry["nameservers"] = ["addresses": [.string(gateway)]]
            }
            cards["card\(number)"] = entry
        }
        return JSON.object(["version": 2, "ethernets": .object(cards)]).prettyText
    }

    /// The cloud-config that makes the machine one of its cluster, after the user's own part where there is one.
    var userDataFile: String {
        guard let userData else { return "#cloud-config\n" + ownConfig }
        let boundary = "==clusterfile=="
        func part(_ type: String, _ more: String, _ text: String) -> String {
            "--\(boundary)\nContent-Type: \(type); charset=\"utf-8\"\nMIME-Version: 1.0\n\(more)\n\(text)\n"
        }
        return "Content-Type: multipart/mixed; boundary=\"\(boundary)\"\nMIME-Version: 1.0\n\n"
            + part(Self.type(of: userData), "", userData)
            + part(
                "text/cloud-config", "Merge-Type: list(append)+dict(recurse_array)+str()\n",
                "#cloud-config\n" + ownConfig)
            + "--\(boundary)--\n"
    }

    private var ownConfig: String {
        var files = [file("/etc/hosts", boot.hostsFile, mode: "0644")]
        let home = "/home/\(boot.user)/.ssh"
        if let userKey = boot.userKey {
            files += [
                file(home + "/id_ed25519", userKey.privateKey, mode: "0600", isUsers: true),
                file(home + "/id_ed25519.pub", userKey.publicKey + "\n", mode: "0644", isUsers: true),
            ]
        }
        files.append(file(home + "/known_hosts", boot.knownHosts, mode: "0644", isUsers: true))
        let config: JSON = [
            "hostname": .string(boot.hostname),
            // Debian's images write that file anew at each boot.
            "manage_etc_hosts": false,
            "users": [
                [
                    "name": .string(boot.user), "shell": "/bin/bash", "lock_passwd": true,
                    "sudo": "ALL=(ALL) NOPASSWD:ALL", "ssh_authorized_keys": JSON(boot.authorizedKeys),
                ]
            ],
            "ssh_keys": [
                "ed25519_private": .string(boot.hostKey.privateKey), "ed25519_public": .string(boot.hostKey.publicKey),
            ],
            "write_files": .array(files),
        ]
        return config.prettyText + "\n"
    }

    /// A user's file is written once there is the user.
    private func file(_ path: String, _ content: String, mode: String, isUsers: Bool = false) -> JSON {
        var file: JSON = ["path": .string(path), "content": .string(content), "permissions": .string(mode)]
        if isUsers {
            file["owner"] = .string("\(boot.user):\(boot.user)")
            file["defer"] = true
        }
        return file
    }

    /// What cloud-init takes a text for by its beginning; without a known one it is a cloud-config.
    private static func type(of text: String) -> String {
        let types = [
            ("#!", "text/x-shellscript"), ("#cloud-boothook", "text/cloud-boothook"),
            ("## template: jinja", "text/jinja2"), ("#include-once", "text/x-include-once-url"),
            ("#include", "text/x-include-url"), ("#cloud-config-archive", "text/cloud-config-archive"),
            ("#cloud-config-jsonp", "text/cloud-config-jsonp"),
        ]
        return types.first { text.hasPrefix($0.0) }?.1 ?? "text/cloud-config"
    }
}
