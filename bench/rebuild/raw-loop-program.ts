import { z } from 'zod';
import { handMadeRebuild } from './hand-made-rebuild.ts';
import { handMadeWork } from './hand-made-work.ts';

// What a script would do for the same tables, one after the other. Of publications there is nothing to read.
const [url] = z.tuple([z.string()]).parse(process.argv.slice(2));
await using connections = handMadeRebuild(url);
await using work = handMadeWork(url);
const begun = performance.now();
await connections.run();
await work.run();
console.log(JSON.stringify({ millis: performance.now() - begun, megabytes: process.resourceUsage().maxRSS / 1_024 }));
