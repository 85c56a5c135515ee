// Where a registry really is: Docker Hub answers under another host than the one that everybody writes.
import { repositoryPattern } from '../../kubernetes/image-reference.ts';

const DOCKER_HUB_API = 'https://registry-1.docker.io';
const dockerHubHosts: ReadonlySet<string> = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);

function isDockerHub(url: string): boolean {
  return URL.canParse(url) && dockerHubHosts.has(new URL(url).hostname);
}

/** Takes a registry's URL as people write it; gives the base URL of its API. */
export function registryBase(url: string): string {
  return isDockerHub(url) ? DOCKER_HUB_API : url;
}

/** Takes a registry's URL and a repository; gives the repository's path there, or undefined when it is no repository's name. */
export function repositoryPath(url: string, repository: string): string | undefined {
  if (!repositoryPattern.test(repository)) return undefined;
  return isDockerHub(url) && !repository.includes('/') ? `library/${repository}` : repository;
}
