/// The Clusterfile that `init` writes.
package enum ClusterfileStarter {
    /// A commented Clusterfile for a cluster of that name; its range depends on the name, so that clusters seldom meet.
    package static func text(cluster: String) -> String {
        let range = "192.168.\(100 + Int(truncatingIfNeeded: Fingerprint(of: cluster).value % 100))"
        return """
            # yaml-language-server: $schema=.clusterfile.schema.json
            # (For editors: 'clusterfile schema > .clusterfile.schema.json' writes what the line above names.)
            # All keys: 'clusterfile schema --reference'. What is in comments below is a beginning.
            # Check this file with 'clusterfile validate', look ahead with 'plan', then 'up'; 'down' takes it all away.

            cluster: \(cluster)

            network:
              address: \(range).0/24      # private, with NAT to the outside; this host is \(range).1

            defaults:                       # for every machine that does not say otherwise
              image: debian-12
              cpus: 1
              memory: 1GiB
              disk: 10GiB                   # thin: it takes only what is written

            machines:
              - name: master
                address: \(range).11
                # role: master              # runs the API server; with the playbook below, a Kubernetes cluster
                # ports: ["8080:80"]        # this host's 127.0.0.1:8080 leads to the machine's port 80
                # disks:
                #   - {name: data, size: 10GiB, mount: /srv/data}
                # shares: ["./src:/srv/src"]
                # provision:
                #   - {name: motd, shell: "date > /etc/motd", run: always}

              - name: node
                count: 2                    # node1 and node2
                address: \(range).21    # of the first one; the next ones count up
                # role: node                # runs pods

            # playbook: playbooks/cluster.yml
            # vars: {colour: "${COLOUR:-blue}"}

            """
    }

    /// The name that a cluster in a folder of that name gets.
    package static func clusterName(forFolder folder: String) -> String { mendedHostName(folder) ?? "cluster" }
}
