/// Deployments and what stands behind them, in the notation of `Schema`.
let appsTypes = """
    package io.k8s.api.apps.v1
    Deployment: apiVersion string, kind string, metadata ObjectMeta, spec DeploymentSpec, status DeploymentStatus
    DeploymentSpec: replicas int, selector LabelSelector!, template PodTemplateSpec!, strategy DeploymentStrategy~,
      minReadySeconds int, revisionHistoryLimit int, paused bool, progressDeadlineSeconds int
    DeploymentStrategy: type string, rollingUpdate RollingUpdateDeployment
    RollingUpdateDeployment: maxUnavailable intstr, maxSurge intstr
    DeploymentStatus: observedGeneration int, replicas int, updatedReplicas int, readyReplicas int, availableReplicas int,
      unavailableReplicas int, conditions [DeploymentCondition]@type, collisionCount int
    DeploymentCondition: type string!, status string!, lastUpdateTime time, lastTransitionTime time, reason string,
      message string
    ReplicaSet: apiVersion string, kind string, metadata ObjectMeta, spec ReplicaSetSpec, status ReplicaSetStatus
    ReplicaSetSpec: replicas int, minReadySeconds int, selector LabelSelector!, template PodTemplateSpec
    ReplicaSetStatus: replicas int!, fullyLabeledReplicas int, readyReplicas int, availableReplicas int,
      observedGeneration int, conditions [ReplicaSetCondition]@type
    ReplicaSetCondition: type string!, status string!, lastTransitionTime time, reason string, message string
    package io.k8s.api.autoscaling.v1
    Scale: apiVersion string, kind string, metadata ObjectMeta, spec ScaleSpec, status ScaleStatus
    ScaleSpec: replicas int
    ScaleStatus: replicas int!, selector string
    """
