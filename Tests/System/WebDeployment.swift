import Foundation
import JSON

/// The pods that the tests look at: busybox's web server, which says that it serves.
enum WebDeployment {
    static let manifest = """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
        spec:
          replicas: 3
          selector:
            matchLabels: {app: web}
          template:
            metadata:
              labels: {app: web}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: httpd
                image: busybox
                command: [sh, -c, "mkdir -p /www && echo hello > /www/index.html && echo serving && exec httpd -f -p 80 -h /www"]
                resources:
                  requests: {cpu: 50m, memory: 16Mi}
        """

    /// The Deployment's pods once exactly so many are there and Running.
    static func pods(_ cluster: TestCluster, running count: Int) async throws -> [JSON] {
        try await Command.eventually(within: 120, "\(count) running pods") {
            try await cluster.kubectlJSON("get", "pods", "-l", "app=web")["items"]?.array ?? []
        } until: { pods in
            pods.count == count
                && pods.allSatisfy { pod in
                    pod[path: "status", "phase"]?.string == "Running"
                        && pod[path: "metadata", "deletionTimestamp"] == nil
                }
        }
    }

    /// What must not change while a pod lives: its UID, and each container's id and restarts.
    static func identity(_ pod: JSON) -> [String] {
        [pod[path: "metadata", "uid"]?.string ?? ""]
            + (pod[path: "status", "containerStatuses"]?.array ?? []).map {
                "\($0["containerID"]?.string ?? "") \($0["restartCount"]?.integer ?? -1)"
            }
    }

    /// How often the pod's container was started again.
    static func restarts(_ pod: JSON) -> Int {
        pod[path: "status", "containerStatuses"]?.array?.first?["restartCount"]?.integer ?? -1
    }
}
