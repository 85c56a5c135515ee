// Configuration of containerd, the kubelet and the Pod network for a node on any machine that can run a container.

/** A pull Pod needs no network, so the plugin only reports an address. That works on every kernel. */
export const NETWORK_PLUGIN = `#!/bin/sh
# A CNI plugin that sets nothing up. The command is in the environment, and the input is ignored.
cat > /dev/null
case "$CNI_COMMAND" in
  ADD)
    printf '{"cniVersion":"1.0.0","interfaces":[{"name":"%s","sandbox":"%s"}],' "$CNI_IFNAME" "$CNI_NETNS"
    printf '"ips":[{"address":"10.88.0.2/32","interface":0}]}'
    ;;
  VERSION) printf '{"cniVersion":"1.0.0","supportedVersions":["1.0.0"]}' ;;
esac
`;

export const networkConfiguration = JSON.stringify({
  cniVersion: '1.0.0',
  name: 'test',
  plugins: [{ type: 'test-network' }],
});

export interface RuntimeSettings {
  readonly folder: string;
  readonly socket: string;
  readonly runc: string;
  readonly pauseImage: string;
  readonly snapshotter: 'overlayfs' | 'native';
}

/**
 * containerd's configuration (version 3). Everything is in one folder, and it needs no privilege that a container
 * lacks.
 */
export function containerdConfiguration({ folder, socket, runc, pauseImage, snapshotter }: RuntimeSettings): string {
  return `version = 3
root = '${folder}/containerd/root'
state = '${folder}/containerd/state'
imports = []
disabled_plugins = ['io.containerd.nri.v1.nri']
[grpc]
  address = '${socket}'
[plugins.'io.containerd.internal.v1.opt']
  path = '${folder}/containerd/opt'
[plugins.'io.containerd.cri.v1.images']
  snapshotter = '${snapshotter}'
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = '${pauseImage}'
[plugins.'io.containerd.cri.v1.runtime']
  # Only a process with CAP_SYS_RESOURCE may lower the OOM score.
  restrict_oom_score_adj = true
  disable_apparmor = true
  netns_mounts_under_state_dir = true
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  runtime_type = 'io.containerd.runc.v2'
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
  BinaryName = '${runc}'
  SystemdCgroup = false
[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = ['${folder}/plugins']
  conf_dir = '${folder}/network'
  use_internal_loopback = true
`;
}

export interface KubeletSettings {
  readonly socket: string;
  readonly port: number;
  /** Whether the API server, which has no certificate for the kubelet, may run commands in containers. */
  readonly allowsExec: boolean;
  /** Number of images in the status of the Node, the largest first. The kubelet's default is 50. */
  readonly maxListedImages: number;
}

/** The kubelet listens on the loopback interface only. */
const execAccess = { authentication: { anonymous: { enabled: true } }, authorization: { mode: 'AlwaysAllow' } };

/** The kubelet's configuration: the defaults, except for features that need a dedicated machine. */
export function kubeletConfiguration({ socket, port, allowsExec, maxListedImages }: KubeletSettings): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: `unix://${socket}`,
    address: '127.0.0.1',
    port,
    healthzPort: 0,
    ...(allowsExec ? execAccess : {}),
    nodeStatusMaxImages: maxListedImages,
    cgroupDriver: 'cgroupfs',
    failCgroupV1: false,
    failSwapOn: false,
    // The machine is shared: the kubelet must not manage its control groups.
    cgroupsPerQOS: false,
    enforceNodeAllocatable: [],
    oomScoreAdj: 0,
    localStorageCapacityIsolation: false,
    // A full disk must not fail the tests.
    evictionHard: {
      'memory.available': '0%',
      'nodefs.available': '0%',
      'nodefs.inodesFree': '0%',
      'imagefs.available': '0%',
    },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
  };
}
