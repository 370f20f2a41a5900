import { parseArgs } from 'node:util';
import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import type { SimulatorOptions } from './simulator.ts';

const usage = `Usage: npm run simulator -- [options]
  --port <number>        default 3010            (SIMULATOR_PORT)
  --host <address>       default 127.0.0.1       (SIMULATOR_HOST)
  --public-url <origin>  how browsers reach it   (SIMULATOR_PUBLIC_URL)
  --seed <text>          default simulator       (SIMULATOR_SEED)
  --state-file <file>    keeps grants, tokens, apps, accounts and the clock (SIMULATOR_STATE_FILE)
  --webhook-url <url>    where the app is told of what happens (SIMULATOR_WEBHOOK_URL)
  --quiet                prints nothing`;

const portSentence = 'The port must be a whole number from 0 to 65535.';
const publicUrlSentence = 'The public URL must be an http or https origin, such as http://localhost:3010.';

const settingsSchema = z.object({
  port: z.coerce.number(portSentence).int(portSentence).min(0, portSentence).max(65_535, portSentence).default(3010),
  host: z.string().min(1, 'The host must be an address to listen on.').default('127.0.0.1'),
  publicUrl: z
    .url({ protocol: /^https?$/, error: publicUrlSentence })
    .transform((url) => new URL(url).origin)
    .optional(),
  seed: z.string().min(1, 'The seed must be a text of at least one character.').optional(),
  webhookUrl: z.url({ protocol: /^https?$/, error: 'The webhook URL must be an http or https address.' }).optional(),
  stateFile: z.string().min(1, 'The state file must be the path of a file.').optional(),
});

/**
 * The options of the stand-alone program: flags first, then the environment. `help` is a text to print instead of
 * starting; the error is one for people.
 */
export function readCommandLine(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Result<SimulatorOptions | Readonly<{ help: string }>, string> {
  const flags = parseFlags(args);
  if (flags.isErr()) return err(flags.error);
  if (flags.value.help === true) return ok({ help: usage });
  const settings = settingsSchema.safeParse({
    port: flags.value.port ?? (environment['SIMULATOR_PORT'] || undefined),
    host: flags.value.host ?? (environment['SIMULATOR_HOST'] || undefined),
    publicUrl: flags.value['public-url'] ?? (environment['SIMULATOR_PUBLIC_URL'] || undefined),
    seed: flags.value.seed ?? (environment['SIMULATOR_SEED'] || undefined),
    webhookUrl: flags.value['webhook-url'] ?? (environment['SIMULATOR_WEBHOOK_URL'] || undefined),
    stateFile: flags.value['state-file'] ?? (environment['SIMULATOR_STATE_FILE'] || undefined),
  });
  if (!settings.success) return err([...new Set(settings.error.issues.map((issue) => issue.message))].join('\n'));
  const { publicUrl, seed, stateFile, webhookUrl, ...rest } = settings.data;
  return ok({
    ...rest,
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(seed === undefined ? {} : { seed }),
    ...(stateFile === undefined ? {} : { stateFile }),
    ...(webhookUrl === undefined ? {} : { webhookUrl }),
    quiet: flags.value.quiet === true,
  });
}

type Flags = Readonly<{
  port?: string;
  host?: string;
  'public-url'?: string;
  seed?: string;
  'state-file'?: string;
  'webhook-url'?: string;
  quiet?: boolean;
  help?: boolean;
}>;

function parseFlags(args: readonly string[]): Result<Flags, string> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        'public-url': { type: 'string' },
        seed: { type: 'string' },
        'state-file': { type: 'string' },
        'webhook-url': { type: 'string' },
        quiet: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return ok(values);
  } catch (problem) {
    const [sentence = ''] = (problem instanceof Error ? problem.message : String(problem)).split('. ');
    return err(`${sentence.replace(/\.$/, '')}. Run with --help to see the options.`);
  }
}
