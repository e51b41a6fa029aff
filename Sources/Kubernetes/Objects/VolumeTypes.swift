/// What a pod may mount, in the notation of `Schema`.
let volumeTypes = """
    package io.k8s.api.core.v1
    Volume: name string!, hostPath HostPathVolumeSource, emptyDir EmptyDirVolumeSource,
      gcePersistentDisk any, awsElasticBlockStore any, gitRepo any, secret SecretVolumeSource, nfs NFSVolumeSource,
      iscsi any, glusterfs any, persistentVolumeClaim PersistentVolumeClaimVolumeSource, rbd any, flexVolume any, cinder any,
      cephfs any, flocker any, downwardAPI DownwardAPIVolumeSource, fc any, azureFile any,
      configMap ConfigMapVolumeSource, vsphereVolume any, quobyte any, azureDisk any, photonPersistentDisk any,
      projected ProjectedVolumeSource, portworxVolume any, scaleIO any, storageos any, csi CSIVolumeSource, ephemeral any
    HostPathVolumeSource: path string!, type string
    EmptyDirVolumeSource: medium string, sizeLimit quantity
    SecretVolumeSource: secretName string, items [KeyToPath], defaultMode int, optional bool
    ConfigMapVolumeSource: name string, items [KeyToPath], defaultMode int, optional bool
    KeyToPath: key string!, path string!, mode int
    NFSVolumeSource: server string!, path string!, readOnly bool
    PersistentVolumeClaimVolumeSource: claimName string!, readOnly bool
    DownwardAPIVolumeSource: items [DownwardAPIVolumeFile], defaultMode int
    DownwardAPIVolumeFile: path string!, fieldRef ObjectFieldSelector, resourceFieldRef ResourceFieldSelector, mode int
    ProjectedVolumeSource: sources [VolumeProjection], defaultMode int
    VolumeProjection: secret SecretProjection, downwardAPI DownwardAPIProjection, configMap ConfigMapProjection,
      serviceAccountToken ServiceAccountTokenProjection
    SecretProjection: name string, items [KeyToPath], optional bool
    ConfigMapProjection: name string, items [KeyToPath], optional bool
    DownwardAPIProjection: items [DownwardAPIVolumeFile]
    ServiceAccountTokenProjection: audience string, expirationSeconds int, path string!
    CSIVolumeSource: driver string!, readOnly bool, fsType string, volumeAttributes {string},
      nodePublishSecretRef LocalObjectReference
    """
