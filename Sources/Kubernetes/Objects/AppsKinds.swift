internal import JSON

extension Kinds {
    /// Deployments.
    package static let deployment: Kind = {
        var kind = Kind("Deployment", "deployments", group: "apps")
        kind.shortNames = ["deploy"]
        kind.categories = ["all"]
        kind.countsGenerations = true
        kind.subresources = [
            Subresource("scale", kind: "Scale", group: "autoscaling", version: "v1", reading),
            Subresource("status", kind: "Deployment", reading),
        ]
        kind.columns = [
            Column("Name", format: "name"), Column("Ready"), Column("Up-to-date", "integer"),
            Column("Available", "integer"),
            Column("Age"), Column("Containers", wide: true), Column("Images", wide: true),
            Column("Selector", wide: true),
        ]
        kind.cells = { deployment, now in
            let status = deployment["status"] ?? .null
            let wanted = deployment[path: "spec", "replicas"]?.integer ?? 0
            return [
                .string(objectName(deployment)), .string("\(status["readyReplicas"]?.integer ?? 0)/\(wanted)"),
                JSON(status["updatedReplicas"]?.integer ?? 0), JSON(status["availableReplicas"]?.integer ?? 0),
                .string(objectAge(deployment, now)),
            ] + templateCells(deployment)
        }
        kind.fillIn = { deployment in
            deployment.fill("spec", [:])
            deployment.edit("spec") { spec in
                spec.fill("replicas", 1)
                spec.fill("strategy", [:])
                spec.edit("strategy") { strategy in
                    strategy.fill("type", "RollingUpdate")
                    guard strategy["type"]?.string == "RollingUpdate" else { return }
                    strategy.fill("rollingUpdate", [:])
                    strategy.edit("rollingUpdate") { rolling in
                        rolling.fill("maxUnavailable", "25%")
                        rolling.fill("maxSurge", "25%")
                    }
                }
                spec.fill("revisionHistoryLimit", 10)
                spec.fill("progressDeadlineSeconds", 600)
                fillInTemplate(&spec)
            }
            deployment.fill("status", [:])
        }
        kind.validate = { deployment in
            let strategy = deployment[path: "spec", "strategy"] ?? .null
            var errors = validateWorkload(deployment)
            errors += oneOf(strategy["type"], ["Recreate", "RollingUpdate"], at: "spec.strategy.type")
            if strategy["type"]?.string == "Recreate", strategy["rollingUpdate"]?.object != nil {
                errors.append(
                    .forbidden(
                        "spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'"))
            }
            errors += atLeast(0, deployment[path: "spec", "revisionHistoryLimit"], at: "spec.revisionHistoryLimit")
            return errors
        }
        kind.validateUpdate = immutableSelector
        return kind
    }()

    /// ReplicaSets.
    package static let replicaSet: Kind = {
        var kind = Kind("ReplicaSet", "replicasets", group: "apps")
        kind.shortNames = ["rs"]
        kind.categories = ["all"]
        kind.countsGenerations = true
        kind.selectableFields = ["status.replicas"]
        kind.subresources = [
            Subresource("scale", kind: "Scale", group: "autoscaling", version: "v1", reading),
            Subresource("status", kind: "ReplicaSet", reading),
        ]
        kind.columns = [
            Column("Name", format: "name"), Column("Desired", "integer"), Column("Current", "integer"),
            Column("Ready", "integer"), Column("Age"), Column("Containers", wide: true), Column("Images", wide: true),
            Column("Selector", wide: true),
        ]
        kind.cells = { set, now in
            let status = set["status"] ?? .null
            return [
                .string(objectName(set)), JSON(set[path: "spec", "replicas"]?.integer ?? 0),
                JSON(status["replicas"]?.integer ?? 0), JSON(status["readyReplicas"]?.integer ?? 0),
                .string(objectAge(set, now)),
            ] + templateCells(set)
        }
        kind.fillIn = { set in
            set.fill("spec", [:])
            set.edit("spec") { spec in
                spec.fill("replicas", 1)
                fillInTemplate(&spec)
            }
            set.fill("status", ["replicas": 0])
        }
        kind.validate = validateWorkload
        kind.validateUpdate = immutableSelector
        return kind
    }()
}

private func fillInTemplate(_ spec: inout JSON) {
    spec.edit("template") { template in
        template.fill("metadata", [:])
        template.edit("metadata") { $0.fill("creationTimestamp", .null) }
        template.edit("spec", fillInPodSpec)
    }
}

private func templateCells(_ workload: JSON) -> [JSON] {
    let containers = workload[path: "spec", "template", "spec", "containers"]?.array ?? []
    let selector = try? LabelSelector(workload[path: "spec", "selector"] ?? [:])  // validated when it was stored
    return [
        .string(containers.compactMap { $0["name"]?.string }.joined(separator: ",")),
        .string(containers.compactMap { $0["image"]?.string }.joined(separator: ",")),
        .string(selector?.text ?? ""),
    ]
}

private func immutableSelector(_ new: JSON, _ old: JSON) -> [FieldError] {
    let selector = new[path: "spec", "selector"] ?? .null
    guard selector != old[path: "spec", "selector"] ?? .null else { return [] }
    return [.invalid("spec.selector", selector, "field is immutable")]
}

private func validateWorkload(_ workload: JSON) -> [FieldError] {
    let spec = workload["spec"] ?? .null
    var errors = atLeast(0, spec["replicas"], at: "spec.replicas")
    errors += atLeast(0, spec["minReadySeconds"], at: "spec.minReadySeconds")
    let template = spec["template"] ?? .null
    let labels = template[path: "metadata", "labels"]
    do throws(SelectorError) {
        guard let object = spec["selector"], !object.isNull else {
            errors.append(.required("spec.selector"))
            return errors + validatePodSpec(template["spec"] ?? .null, at: "spec.template.spec")
        }
        let selector = try LabelSelector(object)
        if selector.isEmpty {
            errors.append(.invalid("spec.selector", object, "empty selector is invalid for deployment"))
        } else if !selector.matches(labels: labels) {
            errors.append(
                .invalid(
                    "spec.template.metadata.labels", labels ?? .null, "`selector` does not match template `labels`"))
        }
    } catch {
        errors.append(.invalid("spec.selector", spec["selector"] ?? .null, error.description))
    }
    errors += validateLabels(labels, at: "spec.template.metadata.labels")
    errors += validatePodSpec(template["spec"] ?? .null, at: "spec.template.spec")
    if let policy = template[path: "spec", "restartPolicy"], policy.string != "Always" {
        errors.append(.notSupported("spec.template.spec.restartPolicy", policy, ["Always"]))
    }
    return errors
}
