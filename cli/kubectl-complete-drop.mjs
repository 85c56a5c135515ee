#!/usr/bin/env node
// Completes the arguments of the plugin. It is installed under the name that kubectl looks for, kubectl_complete-drop.
import { start } from './start.mjs';

await start('completion/main');
