// The HTTP proxies of discovery: HTTPS_PROXY for https URLs, HTTP_PROXY for http URLs, neither for hosts of NO_PROXY.
import { compileNoProxy } from './no-proxy.ts';
import { SourceError } from './source-error.ts';

/** The values of the environment, which may contain a password. */
export interface ProxyVariables {
  readonly http: string | undefined;
  readonly https: string | undefined;
  readonly noProxy: string;
}

export interface HttpProxy {
  /** Scheme, host and port, without user and password. */
  readonly origin: string;
  /** The variable that names the proxy, for messages. */
  readonly variable: string;
  /** The value of the header Proxy-Authorization. */
  readonly authorization: string | undefined;
}

export interface ProxyRules {
  /** Returns the proxy for an http or https URL. Throws a ProxyError for a proxy that cannot be used. */
  proxyFor(url: URL): HttpProxy | undefined;
  /** Passwords of proxies in the forms in which they may appear. */
  readonly passwords: readonly string[];
  readonly users: readonly string[];
}

/** Sends every request directly. */
export const noProxies: ProxyRules = { proxyFor: () => undefined, passwords: [], users: [] };

/** Go prefers the upper-case name, and an empty variable counts as unset. */
function variableOf(environment: NodeJS.ProcessEnv, name: string): string | undefined {
  return environment[name] || environment[name.toLowerCase()] || undefined;
}

/** Returns undefined if the environment names no proxy. */
export function readProxyVariables(environment: NodeJS.ProcessEnv): ProxyVariables | undefined {
  const http = variableOf(environment, 'HTTP_PROXY');
  const https = variableOf(environment, 'HTTPS_PROXY');
  if (http === undefined && https === undefined) return undefined;
  return { http, https, noProxy: variableOf(environment, 'NO_PROXY') ?? '' };
}

/** A value without a scheme is the host of an http proxy. */
function parseProxyUrl(value: string): URL | undefined {
  const text = value.trim();
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  return URL.canParse(address) ? new URL(address) : undefined;
}

/** Returns the text unchanged if its percent signs are no encoding. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function authorizationOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`, 'utf8').toString('base64')}`;
}

/** The message must not contain the value, in which the password may be anywhere. */
function proxyOf(url: URL | undefined, variable: string): HttpProxy {
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    const problem = url === undefined ? 'not a URL' : `unsupported scheme ${url.protocol}//`;
    throw new SourceError(
      'ProxyError',
      `invalid proxy in ${variable}: ${problem}: use http://host:port or https://host:port`,
    );
  }
  return { origin: url.origin, variable, authorization: authorizationOf(url) };
}

export function compileProxies({ http, https, noProxy }: ProxyVariables): ProxyRules {
  const urls = [http, https].map((value) => (value === undefined ? undefined : parseProxyUrl(value)));
  const known = urls.filter((url) => url !== undefined);
  const isDirect = compileNoProxy(noProxy);
  return {
    proxyFor(url) {
      const isHttps = url.protocol === 'https:';
      if ((isHttps ? https : http) === undefined || isDirect(url)) return undefined;
      return proxyOf(urls[isHttps ? 1 : 0], isHttps ? 'HTTPS_PROXY' : 'HTTP_PROXY');
    },
    passwords: known.flatMap(({ password }) => [password, decoded(password)]).filter((text) => text !== ''),
    users: known.flatMap(({ username }) => [username, decoded(username)]).filter((text) => text !== ''),
  };
}

/** Throws a ProxyError if the proxy could read a credential that is sent to the URL. */
export function checkSecretRoute(url: URL, proxy: HttpProxy | undefined): void {
  if (proxy === undefined || url.protocol === 'https:') return;
  throw new SourceError(
    'ProxyError',
    `Secret not sent to ${url.origin} through proxy ${proxy.origin}: ` +
      `use an https URL, or add ${url.hostname} to NO_PROXY`,
  );
}
