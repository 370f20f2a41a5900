import { z } from 'zod';
import { ourRebuild } from './our-rebuild.ts';

// A process of its own, so that the most memory it ever took is the rebuild's and nobody else's. Prints MB.
const [url] = z.tuple([z.string()]).parse(process.argv.slice(2));
await using rebuilder = ourRebuild(url);
await rebuilder.run();
console.log(process.resourceUsage().maxRSS / 1_024);
