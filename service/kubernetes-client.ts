// How the service itself reaches the API server, where there is one: for Secrets and for Events, nothing else.
import { type ConfigurationOptions, KubeConfig, Observable, type ObservableMiddleware } from '@kubernetes/client-node';

/** What loadFromDefault gives when it finds nothing. */
const PLACEHOLDER_SERVER = 'http://localhost:8080';

/** Gives the configuration as kubectl finds it, or the service account of the Pod; undefined without a cluster. */
export function loadKubeConfig(): KubeConfig | undefined {
  try {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromDefault();
    const server = kubeConfig.getCurrentCluster()?.server;
    return server === undefined || server === PLACEHOLDER_SERVER ? undefined : kubeConfig;
  } catch {
    // A file that is missing or is no kubeconfig.
    return undefined;
  }
}

/** Takes a limit in milliseconds; gives the options that keep one request to it. The client itself waits forever. */
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
