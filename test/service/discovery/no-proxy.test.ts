// NO_PROXY by the rules of Go. The first table is that of golang.org/x/net `http/httpproxy/proxy_test.go`.
import { describe, expect, it, test } from 'vitest';
import { compileNoProxy } from '../../../service/discovery/no-proxy.ts';

const goList = [
  'foobar.com, .barbaz.net, *.wildcard.io, 192.168.1.1, 192.168.1.2:81, 192.168.1.3:80, 10.0.0.0/30',
  '2001:db8::52:0:1, [2001:db8::52:0:2]:443, [2001:db8::52:0:3]:80, 2002:db8:a::45/64',
].join(', ');

const goTable: readonly (readonly [host: string, usesProxy: boolean])[] = [
  ['localhost', false],
  ['127.0.0.1', false],
  ['127.0.0.2', false],
  ['[::1]', false],
  ['[::2]', true],
  ['192.168.1.1', false],
  ['192.168.1.2', true],
  ['192.168.1.3', false],
  ['192.168.1.4', true],
  ['10.0.0.2', false],
  ['[2001:db8::52:0:1]', false],
  ['[2001:db8::52:0:2]', true],
  ['[2001:db8::52:0:3]', false],
  ['[2002:db8:a::123]', false],
  ['[fe80::424b:c8be:1643:a1b6]', true],
  ['barbaz.net', true],
  ['www.barbaz.net', false],
  ['foobar.com', false],
  ['www.foobar.com', false],
  ['foofoobar.com', true],
  ['baz.com', true],
  ['localhost.net', true],
  ['local.localhost', true],
  ['barbarbaz.net', true],
  ['wildcard.io', true],
  ['nested.wildcard.io', false],
  ['awildcard.io', true],
];

describe("Go's list", () => {
  it.each(goTable)('sends %s through a proxy: %s', (host, usesProxy) => {
    expect(compileNoProxy(goList)(new URL(`http://${host}:80`))).toBe(!usesProxy);
  });

  it.each(goTable)('with an asterisk sends %s directly', (host) => {
    expect(compileNoProxy(`${goList},*`)(new URL(`http://${host}`))).toBe(true);
  });
});

interface Row {
  readonly what: string;
  readonly noProxy: string;
  readonly direct?: readonly string[];
  readonly proxied?: readonly string[];
}

test.each<Row>([
  {
    what: 'a domain covers its subdomains, in any case',
    noProxy: 'Example.COM',
    direct: ['https://example.com', 'https://EXAMPLE.com', 'http://a.b.example.com:9090'],
    proxied: ['https://example.com.evil.net', 'https://notexample.com'],
  },
  {
    what: 'a domain with a leading dot covers only its subdomains',
    noProxy: '.svc,.cluster.local',
    direct: ['http://prometheus.monitoring.svc:9090', 'http://a.cluster.local'],
    proxied: ['http://svc', 'http://cluster.local'],
  },
  {
    what: 'a port limits an entry to that port',
    noProxy: 'example.com:8443,10.0.0.1:9090,[fd00::1]:9090',
    direct: ['https://example.com:8443', 'https://a.example.com:8443', 'http://10.0.0.1:9090', 'http://[fd00::1]:9090'],
    proxied: ['https://example.com', 'http://10.0.0.1', 'http://[fd00::1]', 'http://[fd00::1]:9091'],
  },
  {
    what: 'a URL without a port has the port of its scheme',
    noProxy: 'a.example.com:443,b.example.com:80',
    direct: ['https://a.example.com', 'http://b.example.com'],
    proxied: ['http://a.example.com', 'https://b.example.com'],
  },
  {
    what: 'a subnet covers addresses, also with bits of a host',
    noProxy: '10.96.7.7/12,fd00::1/8',
    direct: ['http://10.96.0.1', 'http://10.111.255.255', 'http://[fdff::1]'],
    proxied: ['http://10.112.0.0', 'http://[fe00::1]', 'http://10.example.com'],
  },
  {
    what: 'an IPv4 address that is written as IPv6 is the same address',
    noProxy: '10.0.0.0/8,192.168.1.1',
    direct: ['http://[::ffff:10.1.2.3]', 'http://[::ffff:192.168.1.1]'],
    proxied: ['http://[::ffff:11.1.2.3]'],
  },
  {
    what: 'an address in another notation is the same address',
    noProxy: '10.0.0.1,2001:db8:0::1',
    direct: ['http://0x0a000001', 'http://[2001:db8::1]'],
  },
  {
    what: 'no domain covers an address',
    noProxy: '1,.1,0.1,2:1',
    proxied: ['http://10.0.0.1', 'http://[2001:db8::1]'],
  },
  {
    what: 'loopback and localhost are always direct',
    noProxy: '',
    direct: [
      'http://localhost:9090',
      'https://LOCALHOST',
      'http://127.9.9.9',
      'http://[::1]',
      'http://[::ffff:127.0.0.1]',
    ],
    proxied: ['http://localhost.example.com', 'http://128.0.0.1', 'http://127.example.com'],
  },
  {
    what: 'blanks and empty entries are ignored',
    noProxy: ' , a.example.com ,\t,b.example.com',
    direct: ['http://a.example.com', 'http://b.example.com'],
    proxied: ['http://c.example.com'],
  },
  {
    what: 'entries that are not valid cover nothing',
    noProxy: ':1,10.0.0.0/33,10.0.0.0/x,[fd00::1],/8,a b,%,[,fe80::1%eth0,http://x.example.com',
    proxied: ['http://10.0.0.1', 'http://[fd00::1]', 'http://example.com', 'http://x.example.com'],
  },
  {
    what: 'an asterisk covers everything only as an entry of its own',
    noProxy: 'a*,*b,*.c',
    direct: ['http://x.c'],
    proxied: ['http://ax', 'http://xb', 'http://c'],
  },
  {
    what: 'an international name is the same name in its ASCII form',
    noProxy: '.示例.com,xn--bcher-kva.example',
    direct: ['http://www.示例.com', 'http://www.xn--fsq092h.com', 'http://bücher.example'],
    proxied: ['http://示例.com'],
  },
])('$what', ({ noProxy, direct = [], proxied = [] }) => {
  const isDirect = compileNoProxy(noProxy);
  for (const url of direct) expect([url, isDirect(new URL(url))]).toEqual([url, true]);
  for (const url of proxied) expect([url, isDirect(new URL(url))]).toEqual([url, false]);
});
