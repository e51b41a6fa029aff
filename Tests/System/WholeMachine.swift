import Foundation
import Testing

/// The Clusterfile of `WholeMachineTests` and what it names, and what its machine shows of itself.
struct WholeMachine {
    /// Every key that a machine without a role can have and this host can carry out.
    static let clusterfile = #"""
        x-small: &small
          image: debian-12
          memory: {size: 512MiB, maximum: 1GiB}
          cpus: {count: 1, maximum: 3}
        cluster: whole
        network: {address: 192.168.148.0/24, dns: {domain: whole.test, names: {registry.whole.test: 192.168.148.200}}}
        networks:
          - {name: storage, address: 10.148.0.0/24, mode: isolated, mtu: 1400, dns: {domain: storage.test, names: {nas: 10.148.0.50}}}
        defaults:
          <<: *small
        machines:
          - name: a
            address: 192.168.148.11
            mac: 52:54:00:ab:cd:01
            dns: [www.whole.test]
            disk: 4GiB
            disks:
              - {name: data, size: 256MiB, mount: /srv/data}
              - {name: raw, size: 64MiB, filesystem: none}
            interfaces:
              - {network: storage, address: 10.148.0.11, mac: 52:54:00:ab:cd:02, dns: [nfs]}
            shares: ["./shared:/srv/shared", {host: ./shared, mount: /srv/read, readonly: true}]
            files:
              - {content: "${X} {{ x }}\n", destination: /etc/deep/er/text, mode: "0640", owner: cluster, group: adm}
              - "./motd:/etc/motd"
            ports: ["22148:22"]
            groups: [web]
            vars: {colour: "${WHOLE_COLOUR:-blue}", home: "${HOME}"}
            provision:
              - {name: once, shell: "echo ${X} >> /root/once"}
              - {name: always, shell: "echo >> /root/always", run: always}
              - {name: never, shell: "echo >> /root/never", run: never}
              - {script: ./setup, args: [--fast, "two words"]}
              - {playbook: play.yml}
        groups:
          web: {vars: {tier: front}}
        vars: {colour: red, size: "10"}

        """#

    /// The same with more of everything, and less of the ports.
    static let larger = try? edited(
        clusterfile,
        [
            ("size: 512MiB", "size: 768MiB"), ("count: 1", "count: 2"), ("disk: 4GiB", "disk: 5GiB"),
            ("size: 256MiB, mount: /srv/data", "size: 512MiB, mount: /srv/data"),
            ("- {name: raw,", "- {name: more, size: 128MiB, mount: /srv/more}\n      - {name: raw,"),
            ("defaults:", "  - {name: late, address: 10.149.0.0/24}\ndefaults:"),
            ("dns: [nfs]}", "dns: [nfs]}\n      - {network: late}"), ("22148:22", "22149:22"),
        ])

    /// A text with each of these replaced; what is not in it is a mistake of the test.
    static func edited(_ text: String, _ changes: [(old: String, new: String)]) throws -> String {
        try changes.reduce(text) { text, change in
            guard text.contains(change.old) else { throw SetupError("'\(change.old)' is not in the Clusterfile") }
            return text.replacingOccurrences(of: change.old, with: change.new)
        }
    }

    /// Writes the files that the Clusterfile names.
    static func writeFiles(beside cluster: TestCluster) throws {
        let shared = cluster.folder.appendingPathComponent("shared")
        try FileManager.default.createDirectory(at: shared, withIntermediateDirectories: true)
        let files = [
            "motd": "today\n", "shared/file": "of the host\n",
            "setup": "#!/bin/sh\nprintf '%s|' \"$@\" >> /root/script\n",
            "play.yml": """
            - hosts: web
              become: true
              tasks:
                - ansible.builtin.copy: {content: "{{ colour }} {{ tier }} {{ size }}", dest: /root/play}
            """,
        ]
        for (name, text) in files {
            try text.write(to: cluster.folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
    }

    private static let questions = #"""
        say() { printf '%s=%s\n' "$1" "$(eval "$2" 2>&1 | tr '\n' ' ' | sed 's/ $//')"; }
        say boot 'cat /proc/sys/kernel/random/boot_id'
        say cpus nproc
        say memory "awk '/MemTotal/ { print int(\$2 / 1024) }' /proc/meminfo"
        for path in / /srv/data /srv/more; do say "size $path" "df --output=size -m $path | tail -n 1 | tr -d ' '"; done
        say mounts "awk '\$2 ~ /^.srv/ { print \$2, \$3, substr(\$4, 1, 2) }' /proc/self/mounts | sort"
        say raw 'lsblk -n -o SIZE,FSTYPE /dev/disk/by-id/virtio-data-raw | tr -d " "'
        say cards "ip -br -4 address | tr -s ' ' | cut -d ' ' -f 1,3"
        say macs 'cat /sys/class/net/eth?/address'
        say mtu 'cat /sys/class/net/eth1/mtu'
        for name in a a.whole.test www.whole.test registry.whole.test nfs nas a.storage.test; do
            say "name $name" "getent ahostsv4 $name | head -n 1 | cut -d ' ' -f 1"
        done
        say text 'cat /etc/deep/er/text'
        say mode 'stat -c "%a %U %G" /etc/deep/er/text /etc/motd'
        say motd 'cat /etc/motd'
        say shared 'cat /srv/shared/file; touch /srv/read/no; sudo touch /srv/shared/of-the-guest'
        for name in once always never script play; do say "step $name" "sudo cat -A /root/$name"; done
        say kept 'cat /srv/data/kept'
        """#

    private var answers: [String: String]

    /// Asks the machine everything at once: each login costs more than all of it.
    init(_ cluster: TestCluster) async throws {
        let lines = try await cluster.ssh("a", Self.questions).split(separator: "\n")
        answers = Dictionary(
            lines.compactMap { line in
                line.firstIndex(of: "=").map { (String(line[..<$0]), String(line[line.index(after: $0)...])) }
            }
        ) { $1 }
    }

    subscript(_ question: String) -> String { answers[question] ?? "(not answered)" }

    func number(_ question: String) -> Int { Int(self[question]) ?? -1 }
}
