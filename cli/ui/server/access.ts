// Who may read the page: the browser that opened the printed link, and no other site or user of the machine.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const SECRET_BYTES = 32;
/** Longest path with its query. */
const URL_LIMIT_CHARACTERS = 2_048;

export const securityHeaders = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** The secrets of one run. */
export interface Secrets {
  /** In the printed link; works once. */
  readonly token: string;
  /** In the cookie. */
  readonly session: string;
}

export function createSecrets(): Secrets {
  const secret = () => randomBytes(SECRET_BYTES).toString('base64url');
  return { token: secret(), session: secret() };
}

export interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** The part of a request that the rules read. */
interface AccessRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

export interface Access {
  /** The rules that every request must meet, also the one with the token. */
  readonly refuse: (request: AccessRequest) => Refusal | undefined;
  /** Undefined for a request with the cookie. */
  readonly refuseWithoutCookie: (request: AccessRequest) => Refusal | undefined;
  /** Returns the cookie to set. The token is accepted once. */
  readonly exchange: (token: string) => Refusal | { readonly cookie: string };
}

/** Hashes have one length, so the time of the comparison depends on neither text. */
function isEqual(left: string, right: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(left), hash(right));
}

function cookieValues(header: string, name: string): string[] {
  const prefix = `${name}=`;
  return header
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(prefix))
    .map((part) => part.slice(prefix.length));
}

const refusal = (status: number, message: string): Refusal => ({ status, message });

const otherSite = refusal(
  403,
  'This page accepts no request from another site: open the link that the command printed.',
);
const fetchSites: readonly unknown[] = [undefined, 'same-origin', 'none'];

/** Rules about the sender: another site can send requests from the browser of the user. */
function refuseSender({ headers }: AccessRequest, hosts: readonly string[]): Refusal | undefined {
  const { host, origin } = headers;
  if (host === undefined || !hosts.includes(host)) {
    return refusal(403, 'This page is served on 127.0.0.1 only: open the link that the command printed.');
  }
  if (origin !== undefined && !hosts.some((each) => origin === `http://${each}`)) return otherSite;
  return fetchSites.includes(headers['sec-fetch-site']) ? undefined : otherSite;
}

/** The port is known once the server listens. */
export function createAccess({ token, session }: Secrets, port: () => number): Access {
  let isUsed = false;
  const cookieName = () => `drop-ui-${port()}`;
  const hostsOf = (number: number) => ['127.0.0.1', 'localhost', '[::1]'].map((host) => `${host}:${number}`);
  return {
    refuse(request) {
      const refused = refuseSender(request, hostsOf(port()));
      if (refused !== undefined) return refused;
      if (request.method !== 'GET') return refusal(405, 'This page is read-only: use GET.');
      if (request.url.length <= URL_LIMIT_CHARACTERS) return undefined;
      return refusal(414, `The address is too long: use at most ${URL_LIMIT_CHARACTERS} characters.`);
    },
    refuseWithoutCookie({ headers }) {
      const values = cookieValues(headers.cookie ?? '', cookieName());
      if (values.some((value) => isEqual(value, session))) return undefined;
      return refusal(401, 'This page needs a key: open the link that the command printed.');
    },
    exchange(sent) {
      if (!isEqual(sent, token)) return refusal(403, 'The link is not valid: start the command again.');
      if (isUsed) {
        const page = `http://127.0.0.1:${port()}/`;
        return refusal(
          403,
          `The link works once and was used already: start the command again, or open ${page} in the same browser.`,
        );
      }
      isUsed = true;
      return { cookie: `${cookieName()}=${session}; HttpOnly; SameSite=Strict; Path=/` };
    },
  };
}
