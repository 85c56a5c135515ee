// Which hosts are reached without a proxy: NO_PROXY by the rules of Go (golang.org/x/net `http/httpproxy/proxy.go`).
import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';

interface Target {
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: string;
  readonly family: 'ipv4' | 'ipv6' | undefined;
}

type Matcher = (target: Target) => boolean;

function familyOf(text: string): Target['family'] {
  if (isIPv4(text)) return 'ipv4';
  return isIPv6(text) && !text.includes('%') ? 'ipv6' : undefined;
}

/** An IPv4 address that is written as an IPv6 address is the same address. */
function inList(list: BlockList, { host, family }: Target): boolean {
  return family !== undefined && list.check(host, family);
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

function subnetMatcher(entry: string): Matcher | undefined {
  const [, address = '', bits = ''] = /^(.+)\/(\d{1,3})$/.exec(entry) ?? [];
  const family = familyOf(address);
  if (family === undefined || Number(bits) > (family === 'ipv4' ? 32 : 128)) return undefined;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family);
  return (target) => inList(list, target);
}

/** Go's net.SplitHostPort: an entry without a port, or with brackets but no port, is all host. */
function splitPort(entry: string): readonly [host: string, port: string] {
  const [, bracketed, plain, port] = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(entry) ?? [];
  return port === undefined ? [entry, ''] : [bracketed ?? plain ?? '', port];
}

function addressMatcher(host: string): Matcher | undefined {
  const family = familyOf(host);
  if (family === undefined) return undefined;
  const list = new BlockList();
  list.addAddress(host, family);
  return (target) => inList(list, target);
}

/** `foo.com` matches itself and its subdomains, `.foo.com` and `*.foo.com` only the subdomains. None matches an IP. */
function domainMatcher(text: string): Matcher {
  const domain = text.replace(/^\*(?=\.)/, '');
  const ascii = domainToASCII(domain) || domain;
  const suffix = ascii.startsWith('.') ? ascii : `.${ascii}`;
  return ({ host, family }) => family === undefined && (host.endsWith(suffix) || host === ascii);
}

function matcherOf(entry: string): Matcher | undefined {
  const subnet = subnetMatcher(entry);
  if (subnet !== undefined) return subnet;
  const [host, port] = splitPort(entry);
  if (host === '') return undefined;
  const matches = addressMatcher(host) ?? domainMatcher(host);
  return (target) => (port === '' || port === target.port) && matches(target);
}

function targetOf({ hostname, port, protocol }: URL): Target {
  const host = hostname.replace(/^\[|\]$/g, '');
  return { host, port: port || (protocol === 'https:' ? '443' : '80'), family: familyOf(host) };
}

/** Compiles the value of NO_PROXY to the question whether an http or https URL is reached without a proxy. */
export function compileNoProxy(noProxy: string): (url: URL) => boolean {
  const entries = noProxy.split(',').map((entry) => entry.trim().toLowerCase());
  const matchers = entries.includes('*') ? [() => true] : entries.map(matcherOf);
  return (url) => {
    const target = targetOf(url);
    if (target.host === 'localhost' || inList(loopback, target)) return true;
    return matchers.some((matches) => matches?.(target) === true);
  };
}
