// Builds small OCI images and pushes them to a registry.
import { createHash } from 'node:crypto';
import { type TarEntry, writeTar } from './tar.ts';

interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly bytes: Buffer;
}

export interface TestImage {
  readonly config: Blob;
  readonly layer: Blob;
  readonly manifest: Blob;
}

/** The field `config` of an OCI image configuration. */
export interface ImageConfig {
  readonly User?: string;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly WorkingDir?: string;
}

const kinds = 'application/vnd.oci.image';
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };
/** The OCI name of this machine's architecture. */
const ARCHITECTURE = architectures[process.arch] ?? process.arch;

function blobOf(mediaType: string, content: Buffer | object): Blob {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
  return { mediaType, bytes, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` };
}

const descriptorOf = ({ mediaType, digest, bytes }: Blob) => ({ mediaType, digest, size: bytes.length });

/** Builds an image with one layer, from files or an archive, for Linux on this machine's architecture. */
export function buildImage(files: readonly TarEntry[] | Buffer, config: ImageConfig = {}): TestImage {
  const layer = blobOf(`${kinds}.layer.v1.tar`, Buffer.isBuffer(files) ? files : writeTar(files));
  const rootfs = { type: 'layers', diff_ids: [layer.digest] };
  const configuration = blobOf(`${kinds}.config.v1+json`, { architecture: ARCHITECTURE, os: 'linux', config, rootfs });
  const manifest = blobOf(`${kinds}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${kinds}.manifest.v1+json`,
    config: descriptorOf(configuration),
    layers: [descriptorOf(layer)],
  });
  return { config: configuration, layer, manifest };
}

/** Packs an image and its reference into an archive for `ctr images import`. */
export function archiveOf(image: TestImage, reference: string): Buffer {
  const annotations = { 'io.containerd.image.name': reference };
  const index = { schemaVersion: 2, manifests: [{ ...descriptorOf(image.manifest), annotations }] };
  const blobs = [image.config, image.layer, image.manifest];
  return writeTar([
    { name: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
    { name: 'index.json', content: JSON.stringify(index) },
    ...blobs.map(({ digest, bytes }) => ({ name: `blobs/${digest.replace(':', '/')}`, content: bytes })),
  ]);
}

async function expectStatus(response: Response, status: number): Promise<Response> {
  if (response.status !== status) throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
  return response;
}

export interface PushTarget {
  /** For example http://127.0.0.1:5000. */
  readonly url: string;
  readonly repository: string;
  readonly tag: string;
  readonly login?: { readonly username: string; readonly password: string };
}

/** Pushes an image through the OCI distribution API and returns its digest. */
export async function pushImage(image: TestImage, { url, repository, tag, login }: PushTarget): Promise<string> {
  const basic = login === undefined ? '' : Buffer.from(`${login.username}:${login.password}`).toString('base64');
  const headers: Record<string, string> = basic === '' ? {} : { authorization: `Basic ${basic}` };
  for (const { digest, bytes } of [image.config, image.layer]) {
    const begun = await fetch(`${url}/v2/${repository}/blobs/uploads/`, { method: 'POST', headers });
    const location = new URL((await expectStatus(begun, 202)).headers.get('location') ?? '', url);
    location.searchParams.set('digest', digest);
    await expectStatus(await fetch(location, { method: 'PUT', headers, body: new Uint8Array(bytes) }), 201);
  }
  const put = await fetch(`${url}/v2/${repository}/manifests/${tag}`, {
    method: 'PUT',
    headers: { ...headers, 'content-type': image.manifest.mediaType },
    body: new Uint8Array(image.manifest.bytes),
  });
  await expectStatus(put, 201);
  return image.manifest.digest;
}
