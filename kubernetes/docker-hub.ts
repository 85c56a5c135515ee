// Docker Hub has one name in image references and several hosts.
import { DEFAULT_REGISTRY, LEGACY_DEFAULT_REGISTRY } from './image-reference.ts';

export const DOCKER_HUB_API_HOST = 'registry-1.docker.io';
const hosts: readonly string[] = [
  DEFAULT_REGISTRY,
  LEGACY_DEFAULT_REGISTRY,
  DOCKER_HUB_API_HOST,
  'registry.hub.docker.com',
];

export function isDockerHub(url: string): boolean {
  return URL.canParse(url) && hosts.includes(new URL(url).hostname);
}
