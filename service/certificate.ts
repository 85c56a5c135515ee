// TLS for the hooks: reads certificate and key, and reads them again when they change, so that a renewed certificate needs no restart.
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { Logger } from 'pino';
import { type CertificateFiles, ConfigError } from './config.ts';

/** Kubernetes itself takes about a minute to bring a changed Secret into a Pod. */
const LOOK_AGAIN_MILLISECONDS = 10_000;

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Takes the paths of two PEM files; gives their text. Throws a ConfigError that names the file, and never repeats what is in it. */
export function readCertificate({ certificateFile, keyFile }: CertificateFiles): Certificate {
  const read = (variable: string, path: string) => {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
      throw new ConfigError(`${variable} ${path} cannot be read (${code})`);
    }
  };
  const certificate = {
    cert: read('DROP_TLS_CERTIFICATE_FILE', certificateFile),
    key: read('DROP_TLS_KEY_FILE', keyFile),
  };
  try {
    createSecureContext(certificate);
  } catch {
    throw new ConfigError(`${certificateFile} and ${keyFile} are no certificate and its key`);
  }
  return certificate;
}

/** Takes the files and a server that uses them; gives how to stop looking. A pair that does not fit leaves the old one in use. */
export function followCertificate(
  files: CertificateFiles,
  server: Server,
  logger: Logger,
  intervalMilliseconds = LOOK_AGAIN_MILLISECONDS,
): () => void {
  const reread = () => {
    try {
      server.setSecureContext(readCertificate(files));
      logger.info('the TLS certificate was read again');
    } catch (error) {
      logger.error({ problem: (error as Error).message }, 'the changed TLS certificate is not used');
    }
  };
  const paths = [files.certificateFile, files.keyFile];
  for (const path of paths) watchFile(path, { interval: intervalMilliseconds, persistent: false }, reread);
  return () => {
    for (const path of paths) unwatchFile(path, reread);
  };
}
