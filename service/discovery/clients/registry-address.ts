// The API address of a registry. Docker Hub serves its API on another host than the one in image references.
import { DOCKER_HUB_API_HOST, isDockerHub } from '../../../kubernetes/docker-hub.ts';
import { OFFICIAL_PREFIX, repositoryPattern } from '../../../kubernetes/image-reference.ts';

/** Returns the base URL of the API of a registry. */
export function registryApiUrl(url: string): string {
  return isDockerHub(url) ? `https://${DOCKER_HUB_API_HOST}` : url;
}

/** Returns the path of a repository in the API, or undefined for an invalid repository name. */
export function repositoryPath(url: string, repository: string): string | undefined {
  if (!repositoryPattern.test(repository)) return undefined;
  return isDockerHub(url) && !repository.includes('/') ? OFFICIAL_PREFIX + repository : repository;
}
