// Reads user and password of a registry from a Secret of type kubernetes.io/dockerconfigjson.
import { z } from 'zod';
import { isDockerHub } from '../../kubernetes/docker-hub.ts';

export const DOCKER_CONFIG_KEY = '.dockerconfigjson';

interface User {
  readonly username: string;
  readonly password: string;
}

const entryShape = z.object({
  auth: z.string().nullish(),
  username: z.string().nullish(),
  password: z.string().nullish(),
});
const configShape = z.object({ auths: z.record(z.string(), entryShape) });

/** Paths that docker writes behind a host. Any other path limits the entry to some repositories. */
const apiPathPattern = /^\/(v[12]\/?)?$/;

/** Returns host and port of a key such as `host`, `https://host` or `https://host/v1/`, or undefined for another. */
function hostOfKey(key: string): string | undefined {
  const text = /^https?:\/\//.test(key) ? key : `https://${key}`;
  if (!URL.canParse(text)) return undefined;
  const { host, pathname } = new URL(text);
  return apiPathPattern.test(pathname) ? host : undefined;
}

/** The `auth` of an entry is "user:password" in base64, and wins over the separate fields, as for the kubelet. */
function userOfEntry({ auth, username, password }: z.infer<typeof entryShape>): User | undefined {
  if (auth) {
    const text = Buffer.from(auth, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    return colon <= 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
  }
  return username && password ? { username, password } : undefined;
}

/** Returns the user for the registry at a URL, undefined without an entry for it, or `invalid` for another format. */
export function userOfDockerConfig(text: string, registryUrl: string): User | 'invalid' | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'invalid';
  }
  const config = configShape.safeParse(json);
  if (!config.success) return 'invalid';
  const { host } = new URL(registryUrl);
  const isOurs = (key: string): boolean => {
    const keyHost = hostOfKey(key);
    if (keyHost === undefined) return false;
    return isDockerHub(registryUrl) ? isDockerHub(`https://${keyHost}`) : keyHost === host;
  };
  for (const [key, entry] of Object.entries(config.data.auths)) {
    const user = isOurs(key) ? userOfEntry(entry) : undefined;
    if (user !== undefined) return user;
  }
  return undefined;
}
