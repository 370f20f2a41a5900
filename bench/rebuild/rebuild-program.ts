import { z } from 'zod';
import { ourRebuildOfAll } from './our-rebuild.ts';

// A process of its own, so that the most memory it ever took is the rebuild's and nobody else's.
const [url] = z.tuple([z.string()]).parse(process.argv.slice(2));
await using rebuilder = ourRebuildOfAll(url);
const begun = performance.now();
await rebuilder.run();
console.log(JSON.stringify({ millis: performance.now() - begun, megabytes: process.resourceUsage().maxRSS / 1_024 }));
