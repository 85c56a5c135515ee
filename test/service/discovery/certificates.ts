// Creates certificates with the openssl program in a temporary folder, so that no key is committed.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) console.warn('openssl is not installed: skipping the tests with certificates');

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export interface Authority extends Pair {
  /** Issues a certificate that expires after a number of days. The alternative names have the format of openssl. */
  issue(name: string, alternativeNames: string, days?: number): Pair;
  remove(): void;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Creates a certificate authority. */
export function createAuthority(name: string): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'drop-certificates-'));
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', `/CN=${name}`, '-days', '2');
  return {
    cert: read('ca.crt'),
    key: read('ca.key'),
    issue(subject, alternativeNames, days = 2) {
      const extension = `subjectAltName=${alternativeNames}`;
      openssl('req', ...newKey, '-keyout', 'it.key', '-out', 'it.csr', '-subj', `/CN=${subject}`, '-addext', extension);
      const signing = '-req -in it.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out it.crt'.split(' ');
      openssl('x509', ...signing, '-copy_extensions', 'copy', '-days', String(days));
      return { cert: read('it.crt'), key: read('it.key') };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
