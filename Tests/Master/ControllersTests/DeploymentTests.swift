import JSON
import Objects
import Testing

@testable import Controllers

@Suite struct DeploymentTests {
    private func settle(_ cluster: inout ModelCluster, check: (ModelCluster) -> Void = { _ in }) {
        for round in 0..<500 {
            let wrote = cluster.reconcile()
            check(cluster)
            if !wrote, !cluster.makeOneReady(round) { return }
        }
        Issue.record("it does not come to rest")
    }

    private func condition(_ deployment: JSON?, _ type: String) -> String? {
        deployment.flatMap { Conditions.find(type, in: $0) }?["reason"]?.string
    }

    @Test func aNewDeploymentGetsItsPodsAndThenNothingIsLeftToDo() throws {
        var cluster = ModelCluster()
        cluster.create(ModelCluster.deployment(replicas: 3))
        settle(&cluster)
        #expect(cluster.all("Pod").count == 3)
        let deployment = try #require(cluster.all("Deployment").first)
        let status = try #require(deployment["status"])
        for counter in ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"] {
            #expect(status[counter] == 3, "\(counter)")
        }
        #expect(status["unavailableReplicas"] == 0)
        #expect(status["observedGeneration"]?.integer == deployment.meta.generation)
        #expect(condition(deployment, "Available") == "MinimumReplicasAvailable")
        #expect(condition(deployment, "Progressing") == "NewReplicaSetAvailable")
        #expect(deployment.meta.annotations["deployment.kubernetes.io/revision"] == "1")
        let set = try #require(cluster.all("ReplicaSet").first)
        let hash = try #require(set.meta.labels["pod-template-hash"])
        #expect(set.meta.name == "web-" + hash)
        #expect(cluster.all("Pod").allSatisfy { $0.meta.labels == ["app": "web", "pod-template-hash": hash] })
        let isAtRest = !cluster.reconcile()
        #expect(isAtRest)
    }

    @Test(arguments: 0..<40) func aRollingUpdateNeverLeavesItsLimitsAndArrives(seed: Int) throws {
        var random = Numbers(seed: seed)
        let replicas = Int.random(in: 1...12, using: &random)
        let surge = Int.random(in: 0...4, using: &random)
        let unavailable = Int.random(in: surge == 0 ? 1...4 : 0...4, using: &random)
        let strategy: JSON = [
            "type": "RollingUpdate", "rollingUpdate": ["maxSurge": JSON(surge), "maxUnavailable": JSON(unavailable)],
        ]
        var cluster = ModelCluster()
        cluster.create(ModelCluster.deployment(replicas: replicas, strategy: strategy))
        settle(&cluster)
        for version in ["v2", "v3"] {
            cluster.edit("Deployment", "web") { deployment in
                deployment["spec"] =
                    ModelCluster.deployment(replicas: replicas, image: version, strategy: strategy)["spec"]
            }
            settle(&cluster) { cluster in
                let ready = cluster.all("Pod").count(where: PodState.isReady)
                #expect(ready >= replicas - min(unavailable, replicas))
                #expect(cluster.all("Pod").count <= replicas + max(surge, 0))
            }
        }
        let images = cluster.all("Pod").map { $0[path: "spec", "containers"]?[0]?["image"]?.string }
        #expect(images == Array(repeating: "v3", count: replicas))
        let isAtRest = !cluster.reconcile()
        #expect(isAtRest)
    }

    @Test func goingBackUsesTheOldReplicaSetAndCountsTheRevisionOn() throws {
        var cluster = ModelCluster()
        cluster.create(ModelCluster.deployment(replicas: 2))
        settle(&cluster)
        for image in ["v2", "v1"] {
            cluster.edit("Deployment", "web") {
                $0["spec"] = ModelCluster.deployment(replicas: 2, image: image)["spec"]
            }
            settle(&cluster)
        }
        let sets = cluster.all("ReplicaSet")
        #expect(sets.count == 2)
        let current = try #require(sets.first { $0[path: "spec", "replicas"] == 2 })
        #expect(current.meta.annotations["deployment.kubernetes.io/revision"] == "3")
        #expect(current.meta.annotations["deployment.kubernetes.io/revision-history"] == "1")
        #expect(cluster.all("Deployment").first?.meta.annotations["deployment.kubernetes.io/revision"] == "3")
    }

    @Test func recreateMakesNoNewPodBeforeTheLastOldOneIsGone() {
        var cluster = ModelCluster()
        cluster.create(ModelCluster.deployment(replicas: 3, strategy: ["type": "Recreate"]))
        settle(&cluster)
        cluster.edit("Deployment", "web") {
            $0["spec"] = ModelCluster.deployment(replicas: 3, image: "v2", strategy: ["type": "Recreate"])["spec"]
        }
        settle(&cluster) { cluster in
            let images = Set(cluster.all("Pod").map { $0[path: "spec", "containers"]?[0]?["image"] })
            #expect(images.count <= 1)
        }
        #expect(cluster.all("Pod").count == 3)
    }

    @Test(arguments: [5, 1, 0]) func scalingChangesTheOneReplicaSet(replicas: Int) {
        var cluster = ModelCluster()
        cluster.create(ModelCluster.deployment(replicas: 3))
        settle(&cluster)
        cluster.edit("Deployment", "web") { $0["spec"]?["replicas"] = JSON(replicas) }
        settle(&cluster)
        #expect(cluster.all("Pod").count == replicas)
        #expect(cluster.all("ReplicaSet").count == 1)
        let isAtRest = !cluster.reconcile()
        #expect(isAtRest)
    }

    @Test func scalingInTheMiddleOfARolloutIsSharedOut() {
        var cluster = ModelCluster()
        cluster.create(ModelCluster.deployment(replicas: 10))
        settle(&cluster)
        cluster.edit("Deployment", "web") { $0["spec"] = ModelCluster.deployment(replicas: 10, image: "v2")["spec"] }
        for _ in 0..<3 { _ = cluster.reconcile() }
        #expect(cluster.all("ReplicaSet").filter { $0[path: "spec", "replicas"] != 0 }.count == 2)
        cluster.edit("Deployment", "web") { $0["spec"]?["replicas"] = 20 }
        _ = cluster.reconcile()
        let sizes = cluster.all("ReplicaSet").compactMap { $0[path: "spec", "replicas"]?.integer }
        #expect(sizes.reduce(0, +) <= 25)
        #expect(sizes.allSatisfy { $0 > 0 })
        settle(&cluster)
        #expect(cluster.all("Pod").count == 20)
    }

    @Test func aPausedDeploymentKeepsItsTemplateButScales() {
        var cluster = ModelCluster()
        cluster.create(ModelCluster.deployment(replicas: 2))
        settle(&cluster)
        cluster.edit("Deployment", "web") {
            $0["spec"] = ModelCluster.deployment(replicas: 4, image: "v2")["spec"]
            $0["spec"]?["paused"] = true
        }
        settle(&cluster)
        #expect(cluster.all("ReplicaSet").count == 1)
        #expect(cluster.all("Pod").count == 4)
        #expect(condition(cluster.all("Deployment").first, "Progressing") == "DeploymentPaused")
    }

    @Test func oldReplicaSetsBeyondTheHistoryAreDeleted() {
        var cluster = ModelCluster()
        cluster.create(ModelCluster.deployment(replicas: 1))
        settle(&cluster)
        for number in 2...6 {
            cluster.edit("Deployment", "web") {
                $0["spec"] = ModelCluster.deployment(replicas: 1, image: "v\(number)")["spec"]
                $0["spec"]?["revisionHistoryLimit"] = 2
            }
            settle(&cluster)
        }
        #expect(cluster.all("ReplicaSet").count == 3)
    }

    @Test func whatGetsNowhereIsSaidToHaveTimedOut() throws {
        var cluster = ModelCluster()
        cluster.create(ModelCluster.deployment(replicas: 2))
        while cluster.reconcile() {}
        let deployment = try #require(cluster.all("Deployment").first)
        let decision = DeploymentController.reconcile(
            deployment, replicaSets: cluster.all("ReplicaSet"), pods: cluster.all("Pod"), now: cluster.now,
            stalledSeconds: 600)
        cluster.apply(decision.changes)
        #expect(condition(cluster.all("Deployment").first, "Progressing") == "ProgressDeadlineExceeded")
    }

    @Test(arguments: [
        (JSON("25%"), JSON("25%"), 3, 1, 0), (JSON("25%"), JSON("25%"), 10, 3, 2), (JSON(2), JSON(0), 4, 2, 0),
        (JSON(0), JSON(0), 4, 0, 1), (JSON("100%"), JSON("100%"), 4, 4, 4),
    ])
    func limitsRoundTheSurgeUpAndTheUnavailableDown(
        surge: JSON, unavailable: JSON, replicas: Int, maxSurge: Int, maxUnavailable: Int
    ) {
        let deployment: JSON = [
            "spec": ["strategy": ["rollingUpdate": ["maxSurge": surge, "maxUnavailable": unavailable]]]
        ]
        let limits = RolloutLimits(deployment, replicas: replicas)
        #expect(limits.maxSurge == maxSurge)
        #expect(limits.maxUnavailable == maxUnavailable)
    }

    @Test func theHashSeesTheTemplateAndNotTheOrderOfItsMembers() {
        let one: JSON = ["a": 1, "b": ["c": 2, "d": 3]]
        let other: JSON = ["b": ["d": 3, "c": 2], "a": 1]
        #expect(TemplateHash.hash(one, collisions: 0) == TemplateHash.hash(other, collisions: 0))
        #expect(TemplateHash.hash(one, collisions: 0) != TemplateHash.hash(one, collisions: 1))
        #expect(TemplateHash.hash(one, collisions: 0) != TemplateHash.hash(["a": 2], collisions: 0))
        let labelled: JSON = ["metadata": ["labels": ["pod-template-hash": "x"]]]
        #expect(TemplateHash.isSame(labelled, [:]))
    }
}
