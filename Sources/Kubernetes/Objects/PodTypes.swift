/// Pods and what they are made of, in the notation of `Schema`.
let podTypes = """
    package io.k8s.api.core.v1
    Pod: apiVersion string, kind string, metadata ObjectMeta, spec PodSpec, status PodStatus
    PodTemplateSpec: metadata ObjectMeta, spec PodSpec
    PodSpec: volumes [Volume]@name~, initContainers [Container]@name, containers [Container]!@name,
      ephemeralContainers [EphemeralContainer]@name, restartPolicy string, terminationGracePeriodSeconds int,
      activeDeadlineSeconds int, dnsPolicy string, nodeSelector {string}, serviceAccountName string, serviceAccount string,
      automountServiceAccountToken bool, nodeName string, hostNetwork bool, hostPID bool, hostIPC bool,
      shareProcessNamespace bool, securityContext PodSecurityContext, imagePullSecrets [LocalObjectReference]@name,
      hostname string, subdomain string, affinity Affinity, schedulerName string, tolerations [Toleration],
      hostAliases [HostAlias]@ip, priorityClassName string, priority int, dnsConfig PodDNSConfig,
      readinessGates [PodReadinessGate], runtimeClassName string, enableServiceLinks bool, preemptionPolicy string,
      overhead {quantity}, topologySpreadConstraints [TopologySpreadConstraint]@topologyKey, setHostnameAsFQDN bool,
      os PodOS, hostUsers bool, schedulingGates [PodSchedulingGate]@name, resourceClaims [PodResourceClaim]@name~
    Container: name string!, image string, command [string], args [string], workingDir string,
      ports [ContainerPort]@containerPort, envFrom [EnvFromSource], env [EnvVar]@name, resources ResourceRequirements,
      resizePolicy [ContainerResizePolicy], volumeMounts [VolumeMount]@mountPath, volumeDevices [VolumeDevice]@devicePath,
      livenessProbe Probe, readinessProbe Probe, startupProbe Probe, lifecycle Lifecycle, terminationMessagePath string,
      terminationMessagePolicy string, imagePullPolicy string, securityContext SecurityContext, stdin bool, stdinOnce bool,
      tty bool, restartPolicy string
    EphemeralContainer: name string!, image string, command [string], args [string], workingDir string,
      ports [ContainerPort]@containerPort, envFrom [EnvFromSource], env [EnvVar]@name, resources ResourceRequirements,
      resizePolicy [ContainerResizePolicy], volumeMounts [VolumeMount]@mountPath, volumeDevices [VolumeDevice]@devicePath,
      livenessProbe Probe, readinessProbe Probe, startupProbe Probe, lifecycle Lifecycle, terminationMessagePath string,
      terminationMessagePolicy string, imagePullPolicy string, securityContext SecurityContext, stdin bool, stdinOnce bool,
      tty bool, restartPolicy string, targetContainerName string
    ContainerPort: name string, hostPort int, containerPort int!, protocol string, hostIP string
    ContainerResizePolicy: resourceName string!, restartPolicy string!
    EnvVar: name string!, value string, valueFrom EnvVarSource
    EnvVarSource: fieldRef ObjectFieldSelector, resourceFieldRef ResourceFieldSelector, configMapKeyRef ConfigMapKeySelector,
      secretKeyRef SecretKeySelector
    ObjectFieldSelector: apiVersion string, fieldPath string!
    ResourceFieldSelector: containerName string, resource string!, divisor quantity
    ConfigMapKeySelector: name string, key string!, optional bool
    SecretKeySelector: name string, key string!, optional bool
    EnvFromSource: prefix string, configMapRef ConfigMapEnvSource, secretRef SecretEnvSource
    ConfigMapEnvSource: name string, optional bool
    SecretEnvSource: name string, optional bool
    ResourceRequirements: limits {quantity}, requests {quantity}, claims [ResourceClaim]
    ResourceClaim: name string!
    PodResourceClaim: name string!, source ClaimSource
    ClaimSource: resourceClaimName string, resourceClaimTemplateName string
    VolumeMount: name string!, readOnly bool, mountPath string!, subPath string, mountPropagation string, subPathExpr string
    VolumeDevice: name string!, devicePath string!
    Probe: exec ExecAction, httpGet HTTPGetAction, tcpSocket TCPSocketAction, grpc GRPCAction, initialDelaySeconds int,
      timeoutSeconds int, periodSeconds int, successThreshold int, failureThreshold int, terminationGracePeriodSeconds int
    ExecAction: command [string]
    HTTPGetAction: path string, port intstr!, host string, scheme string, httpHeaders [HTTPHeader]
    HTTPHeader: name string!, value string!
    TCPSocketAction: port intstr!, host string
    GRPCAction: port int!, service string
    Lifecycle: postStart LifecycleHandler, preStop LifecycleHandler
    LifecycleHandler: exec ExecAction, httpGet HTTPGetAction, tcpSocket TCPSocketAction
    SecurityContext: capabilities Capabilities, privileged bool, seLinuxOptions SELinuxOptions,
      windowsOptions WindowsSecurityContextOptions, runAsUser int, runAsGroup int, runAsNonRoot bool,
      readOnlyRootFilesystem bool, allowPrivilegeEscalation bool, procMount string, seccompProfile SeccompProfile
    PodSecurityContext: seLinuxOptions SELinuxOptions, windowsOptions WindowsSecurityContextOptions, runAsUser int,
      runAsGroup int, runAsNonRoot bool, supplementalGroups [int], fsGroup int, sysctls [Sysctl],
      fsGroupChangePolicy string, seccompProfile SeccompProfile
    Capabilities: add [string], drop [string]
    SELinuxOptions: user string, role string, type string, level string
    WindowsSecurityContextOptions: gmsaCredentialSpecName string, gmsaCredentialSpec string, runAsUserName string,
      hostProcess bool
    SeccompProfile: type string!, localhostProfile string
    Sysctl: name string!, value string!
    LocalObjectReference: name string
    Affinity: nodeAffinity NodeAffinity, podAffinity PodAffinity, podAntiAffinity PodAntiAffinity
    NodeAffinity: requiredDuringSchedulingIgnoredDuringExecution NodeSelector,
      preferredDuringSchedulingIgnoredDuringExecution [PreferredSchedulingTerm]
    NodeSelector: nodeSelectorTerms [NodeSelectorTerm]!
    NodeSelectorTerm: matchExpressions [NodeSelectorRequirement], matchFields [NodeSelectorRequirement]
    NodeSelectorRequirement: key string!, operator string!, values [string]
    PreferredSchedulingTerm: weight int!, preference NodeSelectorTerm!
    PodAffinity: requiredDuringSchedulingIgnoredDuringExecution [PodAffinityTerm],
      preferredDuringSchedulingIgnoredDuringExecution [WeightedPodAffinityTerm]
    PodAntiAffinity: requiredDuringSchedulingIgnoredDuringExecution [PodAffinityTerm],
      preferredDuringSchedulingIgnoredDuringExecution [WeightedPodAffinityTerm]
    PodAffinityTerm: labelSelector LabelSelector, namespaces [string], topologyKey string!, namespaceSelector LabelSelector
    WeightedPodAffinityTerm: weight int!, podAffinityTerm PodAffinityTerm!
    Toleration: key string, operator string, value string, effect string, tolerationSeconds int
    HostAlias: ip string, hostnames [string]
    PodDNSConfig: nameservers [string], searches [string], options [PodDNSConfigOption]
    PodDNSConfigOption: name string, value string
    PodReadinessGate: conditionType string!
    PodSchedulingGate: name string!
    PodOS: name string!
    TopologySpreadConstraint: maxSkew int!, topologyKey string!, whenUnsatisfiable string!, labelSelector LabelSelector,
      minDomains int, nodeAffinityPolicy string, nodeTaintsPolicy string, matchLabelKeys [string]
    PodStatus: phase string, conditions [PodCondition]@type, message string, reason string, nominatedNodeName string,
      hostIP string, podIP string, podIPs [PodIP]@ip, startTime time, initContainerStatuses [ContainerStatus],
      containerStatuses [ContainerStatus], qosClass string, ephemeralContainerStatuses [ContainerStatus], resize string
    PodCondition: type string!, status string!, lastProbeTime time, lastTransitionTime time, reason string, message string
    PodIP: ip string
    ContainerStatus: name string!, state ContainerState, lastState ContainerState, ready bool!, restartCount int!,
      image string!, imageID string!, containerID string, started bool, allocatedResources {quantity},
      resources ResourceRequirements
    ContainerState: waiting ContainerStateWaiting, running ContainerStateRunning, terminated ContainerStateTerminated
    ContainerStateWaiting: reason string, message string
    ContainerStateRunning: startedAt time
    ContainerStateTerminated: exitCode int!, signal int, reason string, message string, startedAt time, finishedAt time,
      containerID string
    Binding: apiVersion string, kind string, metadata ObjectMeta, target ObjectReference!
    """
