/// A Clusterfile with every key, once at least, which the tests' surroundings fit.
let wholeClusterfile = #"""
    # Every key there is, once at least.
    x-big: &big {cpus: {count: 2, maximum: 8, model: host, nested: true, pinning: [0-1, 2]}, memory: {size: "${MEMORY}", maximum: 8GiB}}
    cluster: c-${SUFFIX:-one}
    user: me
    network:
      address: 10.0.0.0/24
      mode: routed
      mtu: 9000
      dns:
        domain: kube.test
        names: {registry: 10.0.0.200, api: a}
    networks:
      - {name: storage, address: 10.20.0.0/24, mode: isolated, mtu: 9000}
      - {name: lan, bridge: br0, address: 10.30.0.0/24}
      - {name: office, existing: default}
    defaults:
      image: debian-12
      files: ["motd:/etc/motd"]
    machines:
      - <<: *big
        name: a
        address: 10.0.0.11
        mac: 52:54:00:ff:00:01
        dns: [www, www.kube.test]
        role: master
        disk: {size: 20GiB, cache: unsafe}
        disks:
          - {name: data, size: 10GiB, mount: /srv/data}
          - {name: raw, size: 1TiB, filesystem: none, cache: none}
        interfaces:
          - {network: storage, address: 10.20.0.11, mac: 52:54:00:ff:00:02, mtu: 8000, dns: [nfs]}
          - {network: lan, address: 10.30.0.1}
          - office
        ports: ["8080:80", 127.0.0.2:5353:53/udp, {host: 8443, guest: 443, address: 0.0.0.0, protocol: tcp}]
        shares: ["./src:/srv/src:ro", {host: ./src, mount: /srv/other, driver: virtiofs, readonly: true}]
        files:
          - {content: "${HOME}", destination: /etc/home, owner: me, group: "1000", mode: 0600}
          - {source: ./setup, destination: /setup, mode: "755"}
        provision:
          - {name: install, shell: "echo ${HOME}", run: always}
          - {script: ./setup, args: [--fast, "${MEMORY}"]}
          - {playbook: playbooks/cluster.yml, run: never}
        passthrough: ["0000:01:00.0", 02:1f.7]
        xml: <domain><on_crash>restart</on_crash></domain>
        on: here
        groups: [web, etcd, web]
        vars: {memory: "${MEMORY}", literal: "$${MEMORY}", nested: [{a: "${SUFFIX:-x}"}]}
      - name: node-{00}-b
        count: 2
        address: 10.0.0.21
        mac: 52:54:00:ff:01:ff
        image: {url: "https://example.org/d.qcow2", sha256: 9F86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08}
        user_data: |
          #cloud-config
          runcmd: ["echo ${HOME}"]
        ports: ["2222:22"]
        interfaces: [{network: storage, address: 10.20.0.21}]
        role: node
      - {name: d, address: 10.0.0.31, image: {path: ./setup}, firstboot: cloud-init}
      - {name: f, address: 10.0.0.32, image: fedora, shares: [{host: ./src, mount: /src, driver: 9p}]}
    playbook: playbooks/cluster.yml
    provision:
      - shell: |

          # first
          date
    hooks:
      before_up: ["echo ${HOME}", "true"]
      after_up: ./smoke
      before_down: echo
      after_down: [echo]
    hypervisors:
      - {name: here, uri: "qemu:///system", address: 192.0.2.7, cpus: 8, memory: 16GiB}
    groups:
      web: {hosts: [d], vars: {colour: blue}}
      all-web: {children: [web, kube_node]}
    vars: {port: 8080}

    """#
