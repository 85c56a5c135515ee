// The entry of the container: reads the environment, serves, and stops gracefully when told to.
import closeWithGrace from 'close-with-grace';
import { ConfigError, readConfig } from './config.ts';
import { createLogger } from './log.ts';
import { startService } from './server.ts';

/** Requests take milliseconds; a body that is still coming after this is not worth waiting for. */
const SHUTDOWN_LIMIT_MILLISECONDS = 10_000;

try {
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel);
  const service = await startService(config, logger);
  closeWithGrace({ delay: SHUTDOWN_LIMIT_MILLISECONDS, logger }, async ({ err }) => {
    if (err) logger.fatal({ err }, 'stopping because of an error');
    await service.stop();
  });
} catch (error) {
  const sentence = error instanceof ConfigError ? error.message : String(error);
  process.stderr.write(`drop: ${sentence}\n`);
  process.exitCode = 1;
}
