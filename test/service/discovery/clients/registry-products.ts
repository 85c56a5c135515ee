// Small servers on loopback that behave like registry products: how each requires a login and how it lists tags.
// They were written from the documentation, the source code and the issues of the products, not from live servers.
import type { Credentials } from '../../../../service/discovery/credentials.ts';
import { noCredentials } from '../../../../service/discovery/credentials.ts';
import { json, plain, type Responder, type SeenRequest, serve, type TestServer } from '../servers.ts';
import { basic } from '../single-query.ts';
import { numbered, refuse } from './registries.ts';

export interface RegistryProduct {
  /** As in the table of docs/discovery.md. */
  readonly name: string;
  /** Completes the sentence "the product ...". */
  readonly behaviour: string;
  readonly repository: string;
  readonly tags: readonly string[];
  readonly credentials: Credentials;
  /** How the request for the last page is authorized. */
  readonly scheme: 'Basic' | 'Bearer';
  readonly start: (product: RegistryProduct) => Promise<TestServer>;
}

const userOf = (username: string): Credentials => ({ ...noCredentials, username, password: 'secret-of-the-user' });
const authorizationOf = ({ username = '', password = '' }: Credentials) => basic(username, password);
const parametersOf = ({ url }: SeenRequest) => new URL(url, 'http://a').searchParams;
const pathOf = ({ url }: SeenRequest) => new URL(url, 'http://a').pathname;

interface Page {
  readonly path: string;
  readonly last: string;
  /** Number of tags up to the end of the page. */
  readonly end: number;
  readonly n: string;
}

interface Paging {
  /** Position of the first tag; undefined for a cursor that the registry refuses. */
  readonly start: (query: URLSearchParams, tags: readonly string[]) => number | undefined;
  readonly size: (query: URLSearchParams) => number;
  /** The Link header of a page that is not the last. */
  readonly link: (page: Page) => string | undefined;
}

const startAfterLast: Paging['start'] = (query, tags) => tags.indexOf(query.get('last') ?? '') + 1;
const sizeOfRequest: Paging['size'] = (query) => Number(query.get('n') ?? 100);
const standardLink: Paging['link'] = ({ path, last, n }) => `<${path}?last=${last}&n=${n}>; rel="next"`;
const standard: Paging = { start: startAfterLast, size: sizeOfRequest, link: standardLink };

function listTags(tags: readonly string[], { start, size, link }: Paging): Responder {
  return (request, response) => {
    const query = parametersOf(request);
    const from = start(query, tags);
    if (from === undefined) return plain(405, '{"errors":[{"code":"UNSUPPORTED"}]}')(request, response);
    const end = Math.min(from + size(query), tags.length);
    const page = { path: pathOf(request), last: tags[end - 1] ?? '', end, n: query.get('n') ?? '100' };
    const header = end < tags.length ? link(page) : undefined;
    if (header !== undefined) response.setHeader('link', header);
    return json(response, { tags: tags.slice(from, end) });
  };
}

/** Lists tags for the user of the product and refuses other requests. */
function basicRegistry(product: RegistryProduct, paging: Paging, refuseOthers: Responder): Responder {
  const list = listTags(product.tags, paging);
  const expected = authorizationOf(product.credentials);
  return (request, response) => (request.headers.authorization === expected ? list : refuseOthers)(request, response);
}

interface TokenService {
  /** The path of the token service. */
  readonly path: string;
  readonly service: string;
  /** The scope of the challenge. Absent: that of the repository, to pull. */
  readonly scope?: string;
  readonly field: 'token' | 'access_token';
}

const READ_SCOPE = /^repository:(.*):(?:pull|metadata_read)$/;

/** Issues tokens for one repository, to the user of the product or, without one, to every caller. */
function issueTokens({ credentials }: RegistryProduct, { service, field }: TokenService): Responder {
  const expected = credentials.username === undefined ? undefined : authorizationOf(credentials);
  return (request, response) => {
    const query = parametersOf(request);
    const [, repository] = READ_SCOPE.exec(query.get('scope') ?? '') ?? [];
    const isAllowed = request.headers.authorization === expected && query.get('service') === service;
    if (!isAllowed || repository === undefined) return plain(403, 'access forbidden')(request, response);
    return json(response, { [field]: `for-${repository}` });
  };
}

/** Lists tags for the tokens of a token service, at its own address or at another one. */
async function startTokenRegistry(
  product: RegistryProduct,
  paging: (origin: string) => Paging,
  tokens: TokenService,
  isElsewhere = false,
): Promise<TestServer> {
  const { repository, tags } = product;
  const issue = issueTokens(product, tokens);
  const elsewhere = isElsewhere ? await serve(issue) : undefined;
  let origin = '';
  const server = await serve((request, response) => {
    if (pathOf(request) === tokens.path) return issue(request, response);
    if (request.headers.authorization === `Bearer for-${repository}`) {
      return listTags(tags, paging(origin))(request, response);
    }
    const { path, service, scope = `repository:${repository}:pull` } = tokens;
    const realm = `${elsewhere?.url ?? origin}${path}`;
    return refuse(response, `Bearer realm="${realm}",service="${service}",scope="${scope}"`);
  });
  origin = server.url;
  return server;
}

const asStandard = () => standard;

export const registryProducts: readonly RegistryProduct[] = [
  {
    name: 'Docker Hub',
    behaviour: 'issues anonymous tokens at another host, and lists all tags at once',
    repository: 'library/nginx',
    tags: numbered(1_200),
    credentials: noCredentials,
    scheme: 'Bearer',
    start: (product) =>
      startTokenRegistry(
        product,
        () => ({ start: () => 0, size: () => product.tags.length, link: () => undefined }),
        { path: '/token', service: 'registry.docker.io', field: 'token' },
        true,
      ),
  },
  {
    name: 'GHCR',
    behaviour: 'names a placeholder as scope in its challenge',
    repository: 'owner/image',
    tags: numbered(2_100),
    credentials: noCredentials,
    scheme: 'Bearer',
    start: (product) =>
      startTokenRegistry(product, asStandard, {
        path: '/token',
        service: 'ghcr.io',
        scope: 'repository:user/image:pull',
        field: 'token',
      }),
  },
  {
    name: 'GitLab',
    behaviour: 'issues tokens at the host of the web interface, and links to pages with a whole URL',
    repository: 'group/project/image',
    tags: numbered(1_001),
    credentials: userOf('deploy-token'),
    scheme: 'Bearer',
    start: (product) =>
      startTokenRegistry(
        product,
        (origin) => ({
          ...standard,
          link: ({ path, last, n }) => `<${origin}${path}?last=${last}&n=${n}>; rel="next"`,
        }),
        { path: '/jwt/auth', service: 'container_registry', field: 'token' },
        true,
      ),
  },
  {
    name: 'Amazon ECR',
    behaviour: 'requires Basic with the user AWS, and refuses cursors other than those of its links',
    repository: 'team/app',
    tags: numbered(1_250),
    credentials: userOf('AWS'),
    scheme: 'Basic',
    start: startEcr,
  },
  {
    name: 'Amazon ECR',
    behaviour: 'sends no link behind a last page that is full',
    repository: 'team/app',
    tags: numbered(1_000),
    credentials: userOf('AWS'),
    scheme: 'Basic',
    start: startEcr,
  },
  {
    name: 'Azure ACR',
    behaviour: 'asks for the action metadata_read, and returns only an access_token',
    repository: 'team/app',
    tags: numbered(1_500),
    credentials: userOf('00000000-0000-0000-0000-000000000000'),
    scheme: 'Bearer',
    start: (product) =>
      startTokenRegistry(
        product,
        () => ({
          ...standard,
          link: ({ path, last, n }) => `<${path}?last=${last}&n=${n}&orderby=>; rel="next"`,
        }),
        {
          path: '/oauth2/token',
          service: 'team.azurecr.io',
          scope: 'repository:team/app:metadata_read',
          field: 'access_token',
        },
      ),
  },
  {
    name: 'Artifactory',
    behaviour: 'hides repositories with a 404, and loses the virtual repository in a link with a number as cursor',
    repository: 'docker/renovate/renovate',
    tags: numbered(2_300),
    credentials: userOf('reader'),
    scheme: 'Basic',
    start: (product) =>
      serve(
        basicRegistry(
          product,
          {
            ...standard,
            start: (query) => Number(query.get('last') ?? 0),
            link: ({ path, end, n }) => `<${path.replace('/docker/', '/')}?last=${end}&n=${n}>; rel="next"`,
          },
          plain(404, '{"errors":[{"code":"NAME_UNKNOWN"}]}'),
        ),
      ),
  },
  {
    name: 'Nexus',
    behaviour: 'writes BASIC in upper case, and sends no link',
    repository: 'team/app',
    tags: numbered(2_500),
    credentials: userOf('reader'),
    scheme: 'Basic',
    start: (product) =>
      serve(
        basicRegistry(product, { ...standard, link: () => undefined }, (_request, response) =>
          refuse(response, 'BASIC realm="Sonatype Nexus Repository Manager"'),
        ),
      ),
  },
  {
    name: 'Harbor',
    behaviour: 'issues tokens to robot accounts, whose names contain a dollar sign',
    repository: 'project/app',
    tags: numbered(1_500),
    credentials: userOf('robot$ci'),
    scheme: 'Bearer',
    start: (product) =>
      startTokenRegistry(product, asStandard, {
        path: '/service/token',
        service: 'harbor-registry',
        field: 'token',
      }),
  },
  {
    name: 'Quay',
    behaviour: 'returns 50 tags per page, whatever was asked for, and an opaque next_page in its links',
    repository: 'team/app',
    tags: numbered(175),
    credentials: userOf('team+robot'),
    scheme: 'Bearer',
    start: (product) =>
      startTokenRegistry(
        product,
        () => ({
          start: (query) => Number(/^opaque(\d+)=$/.exec(query.get('next_page') ?? '')?.[1] ?? 0),
          size: () => 50,
          link: ({ path, end }) => `<${path}?next_page=opaque${end}%3D&n=50>; rel="next"`,
        }),
        { path: '/v2/auth', service: 'quay.io', field: 'token' },
      ),
  },
  {
    name: 'Zot',
    behaviour: 'writes its link without angle brackets',
    repository: 'team/app',
    tags: numbered(2_400),
    credentials: userOf('reader'),
    scheme: 'Basic',
    start: (product) =>
      serve(
        basicRegistry(
          product,
          { ...standard, link: ({ path, last, n }) => `${path}?n=${n}&last=${last}; rel="next"` },
          (_request, response) => refuse(response, 'Basic realm="Authorization Required"'),
        ),
      ),
  },
];

function startEcr(product: RegistryProduct): Promise<TestServer> {
  const cursor = (end: number) => Buffer.from(JSON.stringify({ nextToken: end })).toString('base64url');
  const known = new Map(product.tags.map((_tag, index) => [cursor(index), index]));
  return serve(
    basicRegistry(
      product,
      {
        ...standard,
        start: (query) => (query.has('last') ? known.get(query.get('last') ?? '') : 0),
        link: ({ path, end }) =>
          `<https://123456789012.dkr.ecr.eu-west-1.amazonaws.com${path}?last=${cursor(end)}>; rel="next"`,
      },
      (_request, response) =>
        refuse(
          response,
          'Basic realm="https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/",service="ecr.amazonaws.com"',
        ),
    ),
  );
}
