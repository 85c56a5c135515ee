// Entry point of the container: reads the environment, starts the service and stops it gracefully on SIGTERM or SIGINT.
import closeWithGrace from 'close-with-grace';
import { ConfigError, readConfig } from './config.ts';
import { createLogger } from './log.ts';
import { MissingEngineError, requirePatternEngine } from './pattern-engine.ts';
import { startService } from './server.ts';

/** Requests take milliseconds. A body that is still arriving after this time is abandoned. */
const SHUTDOWN_LIMIT_MILLISECONDS = 10_000;

try {
  requirePatternEngine();
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel);
  const service = await startService(config, logger);
  closeWithGrace({ delay: SHUTDOWN_LIMIT_MILLISECONDS, logger }, async ({ err }) => {
    if (err) logger.fatal({ err }, 'stopping because of an error');
    await service.stop();
  });
} catch (error) {
  const isForUsers = error instanceof ConfigError || error instanceof MissingEngineError;
  const message = isForUsers ? error.message : String(error);
  process.stderr.write(`drop: ${message}\n`);
  process.exitCode = 1;
}
