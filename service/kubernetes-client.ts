// The service's own access to the API server: it reads Secrets and DiscoveryPolicies and writes Events.
import { type ConfigurationOptions, KubeConfig, Observable, type ObservableMiddleware } from '@kubernetes/client-node';

/** The server of `loadFromDefault` when it finds no configuration. */
const PLACEHOLDER_SERVER = 'http://localhost:8080';

/** Returns the configuration that kubectl would use, or the Pod's service account. Undefined without either. */
export function loadKubeConfig(): KubeConfig | undefined {
  try {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromDefault();
    const server = kubeConfig.getCurrentCluster()?.server;
    return server === undefined || server === PLACEHOLDER_SERVER ? undefined : kubeConfig;
  } catch {
    // A missing file or an invalid kubeconfig.
    return undefined;
  }
}

/** Options that abort a request after the timeout. By default the client waits forever. */
export function deadlineOptions(timeoutMilliseconds: number): ConfigurationOptions<ObservableMiddleware> {
  const middleware: ObservableMiddleware = {
    pre: (request) => {
      request.setSignal(AbortSignal.timeout(timeoutMilliseconds));
      return new Observable(Promise.resolve(request));
    },
    post: (response) => new Observable(Promise.resolve(response)),
  };
  return { middleware: [middleware], middlewareMergeStrategy: 'append' };
}
