// TLS for the hooks. Certificate and key are reloaded when their files change, so that a renewal needs no restart.
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { Logger } from 'pino';
import { type CertificateFiles, ConfigError } from './config.ts';

/** Short compared with the minute that the kubelet needs to update a mounted Secret. */
const POLL_MILLISECONDS = 10_000;

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Throws a ConfigError that names the file at fault and never contains its content. */
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
    throw new ConfigError(`${certificateFile} and ${keyFile} are not a matching PEM certificate and key`);
  }
  return certificate;
}

/** Reloads the files into the server when they change, unless they do not match. Returns a function that stops it. */
export function followCertificate(
  files: CertificateFiles,
  server: Server,
  logger: Logger,
  intervalMilliseconds = POLL_MILLISECONDS,
): () => void {
  const reload = () => {
    try {
      server.setSecureContext(readCertificate(files));
      logger.info('TLS certificate reloaded');
    } catch (error) {
      logger.error({ problem: (error as Error).message }, 'TLS certificate not reloaded; keeping the previous one');
    }
  };
  const paths = [files.certificateFile, files.keyFile];
  for (const path of paths) watchFile(path, { interval: intervalMilliseconds, persistent: false }, reload);
  return () => {
    for (const path of paths) unwatchFile(path, reload);
  };
}
