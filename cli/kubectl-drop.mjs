#!/usr/bin/env node
// The plugin of kubectl: `kubectl drop`.
import { start } from './start.mjs';

await start('main');
