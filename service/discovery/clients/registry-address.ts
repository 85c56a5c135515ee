// The API address of a registry. Docker Hub serves its API on another host than the one in image references.
import {
  DEFAULT_REGISTRY,
  LEGACY_DEFAULT_REGISTRY,
  OFFICIAL_PREFIX,
  repositoryPattern,
} from '../../../kubernetes/image-reference.ts';

const DOCKER_HUB_API_HOST = 'registry-1.docker.io';
const dockerHubHosts: readonly string[] = [DEFAULT_REGISTRY, LEGACY_DEFAULT_REGISTRY, DOCKER_HUB_API_HOST];

function isDockerHub(url: string): boolean {
  return URL.canParse(url) && dockerHubHosts.includes(new URL(url).hostname);
}

/** Returns the base URL of the API of a registry. */
export function registryApiUrl(url: string): string {
  return isDockerHub(url) ? `https://${DOCKER_HUB_API_HOST}` : url;
}

/** Returns the path of a repository in the API, or undefined for an invalid repository name. */
export function repositoryPath(url: string, repository: string): string | undefined {
  if (!repositoryPattern.test(repository)) return undefined;
  return isDockerHub(url) && !repository.includes('/') ? OFFICIAL_PREFIX + repository : repository;
}
