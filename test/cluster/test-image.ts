// Makes small images as OCI describes them, and puts them where a kubelet finds them.
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

/** As in the `config` of an OCI image configuration. */
export interface ImageConfig {
  readonly User?: string;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
}

const kinds = 'application/vnd.oci.image';
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };
/** What an image must be for to run on this machine. */
export const ARCHITECTURE = architectures[process.arch] ?? process.arch;

function blobOf(mediaType: string, content: Buffer | object): Blob {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
  return { mediaType, bytes, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` };
}

const descriptorOf = ({ mediaType, digest, bytes }: Blob) => ({ mediaType, digest, size: bytes.length });

/** Gives an image of one layer for Linux on this machine. */
export function buildImage(files: readonly TarEntry[], config: ImageConfig = {}): TestImage {
  const layer = blobOf(`${kinds}.layer.v1.tar`, writeTar(files));
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

/** Gives the image as one file that `ctr images import` reads, under the reference it is to have. */
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
  /** Such as http://127.0.0.1:5000. */
  readonly url: string;
  readonly repository: string;
  readonly tag: string;
  readonly login?: { readonly username: string; readonly password: string };
}

/** Pushes over the API of registries; gives the digest under which the image can be pulled. */
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
