/// The other kinds of the core group, leases and evictions, in the notation of `Schema`.
let coreTypes = """
    package io.k8s.api.core.v1
    Namespace: apiVersion string, kind string, metadata ObjectMeta, spec NamespaceSpec, status NamespaceStatus
    NamespaceSpec: finalizers [string]
    NamespaceStatus: phase string, conditions [NamespaceCondition]@type
    NamespaceCondition: type string!, status string!, lastTransitionTime time, reason string, message string
    Node: apiVersion string, kind string, metadata ObjectMeta, spec NodeSpec, status NodeStatus
    NodeSpec: podCIDR string, podCIDRs [string]@, providerID string, unschedulable bool, taints [Taint],
      configSource any, externalID string
    Taint: key string!, value string, effect string!, timeAdded time
    NodeStatus: capacity {quantity}, allocatable {quantity}, phase string, conditions [NodeCondition]@type,
      addresses [NodeAddress]@type, daemonEndpoints NodeDaemonEndpoints, nodeInfo NodeSystemInfo, images [ContainerImage],
      volumesInUse [string], volumesAttached [AttachedVolume], config any
    NodeCondition: type string!, status string!, lastHeartbeatTime time, lastTransitionTime time, reason string, message string
    NodeAddress: type string!, address string!
    NodeDaemonEndpoints: kubeletEndpoint DaemonEndpoint
    DaemonEndpoint: Port int!
    NodeSystemInfo: machineID string!, systemUUID string!, bootID string!, kernelVersion string!, osImage string!,
      containerRuntimeVersion string!, kubeletVersion string!, kubeProxyVersion string!, operatingSystem string!,
      architecture string!
    ContainerImage: names [string], sizeBytes int
    AttachedVolume: name string!, devicePath string!
    ConfigMap: apiVersion string, kind string, metadata ObjectMeta, data {string}, binaryData {bytes}, immutable bool
    Secret: apiVersion string, kind string, metadata ObjectMeta, data {bytes}, stringData {string}, type string, immutable bool
    Event: apiVersion string, kind string, metadata ObjectMeta!, involvedObject ObjectReference!, reason string, message string,
      source EventSource, firstTimestamp time, lastTimestamp time, count int, type string, eventTime microtime,
      series EventSeries, action string, related ObjectReference, reportingComponent string, reportingInstance string
    EventSource: component string, host string
    EventSeries: count int, lastObservedTime microtime
    ObjectReference: kind string, namespace string, name string, uid string, apiVersion string, resourceVersion string,
      fieldPath string
    Service: apiVersion string, kind string, metadata ObjectMeta, spec ServiceSpec, status ServiceStatus
    ServiceSpec: ports [ServicePort]@port, selector {string}, clusterIP string, clusterIPs [string], type string,
      externalIPs [string], sessionAffinity string, loadBalancerIP string, loadBalancerSourceRanges [string],
      externalName string, externalTrafficPolicy string, healthCheckNodePort int, publishNotReadyAddresses bool,
      sessionAffinityConfig SessionAffinityConfig, ipFamilies [string], ipFamilyPolicy string,
      allocateLoadBalancerNodePorts bool, loadBalancerClass string, internalTrafficPolicy string, topologyKeys [string]
    ServicePort: name string, protocol string, appProtocol string, port int!, targetPort intstr, nodePort int
    SessionAffinityConfig: clientIP ClientIPConfig
    ClientIPConfig: timeoutSeconds int
    ServiceStatus: loadBalancer LoadBalancerStatus, conditions [Condition]@type
    LoadBalancerStatus: ingress [LoadBalancerIngress]
    LoadBalancerIngress: ip string, hostname string, ports [PortStatus]
    PortStatus: port int!, protocol string!, error string
    Endpoints: apiVersion string, kind string, metadata ObjectMeta, subsets [EndpointSubset]
    EndpointSubset: addresses [EndpointAddress], notReadyAddresses [EndpointAddress], ports [EndpointPort]
    EndpointAddress: ip string!, hostname string, nodeName string, targetRef ObjectReference
    EndpointPort: name string, port int!, protocol string, appProtocol string
    ServiceAccount: apiVersion string, kind string, metadata ObjectMeta, secrets [ObjectReference]@name,
      imagePullSecrets [LocalObjectReference], automountServiceAccountToken bool
    package io.k8s.api.coordination.v1
    Lease: apiVersion string, kind string, metadata ObjectMeta, spec LeaseSpec
    LeaseSpec: holderIdentity string, leaseDurationSeconds int, acquireTime microtime, renewTime microtime,
      leaseTransitions int
    package io.k8s.api.policy.v1
    Eviction: apiVersion string, kind string, metadata ObjectMeta, deleteOptions DeleteOptions
    package io.k8s.api.authorization.v1
    SelfSubjectAccessReview: apiVersion string, kind string, metadata ObjectMeta, spec SelfSubjectAccessReviewSpec!, status any
    SelfSubjectAccessReviewSpec: resourceAttributes ResourceAttributes, nonResourceAttributes NonResourceAttributes
    ResourceAttributes: namespace string, verb string, group string, version string, resource string, subresource string,
      name string
    NonResourceAttributes: path string, verb string
    """
