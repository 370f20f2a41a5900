import { join } from 'node:path';
import { simulatedApp, startSimulator } from '../../simulator/simulator.ts';
import type { Canary } from '../support/canaries.ts';
import { openChosenStore } from '../support/chosen-event-store.ts';
import type { DumpedTable } from '../support/database-dump.ts';
import { startIdentityProvider } from '../support/identity-provider.ts';
import { dumpHistoryElsewhere } from '../support/kept-history.ts';
import { freePort, runCommand, startService, temporaryDirectory, type ServiceProcess } from '../support/service-process.ts';
import { simulatorControl, type SimulatorControl } from '../support/simulator-control.ts';
import { outcomeOf, wirePerson, type WirePerson } from '../support/wire-person.ts';
import { openWire, type Wire, type WireAnswer } from '../support/wire.ts';

export const clientSecret = 'CanaryClientSecret&0123456789+abcdef';
const encryptionKey = 'CanaryEncryptionKey/32+chars=abc';
export const person = {
  id: 'canary',
  username: 'canary.user.name.0123456789',
  display_name: 'Canary Display Name <Ümläut> 0123456789',
  bio: "Canary biography, which is nobody's business 0123456789",
} as const;

export type Printed = Readonly<{ where: string; text: () => string }>;

/** An installation whose every secret is remembered, and all that it says. */
export interface CanaryInstallation {
  readonly folder: string;
  readonly tiktok: SimulatorControl;
  readonly secrets: readonly Canary[];
  readonly logs: readonly Printed[];
  readonly answers: () => readonly WireAnswer[];
  /** Secrets that an answer gives to whom they belong. */
  readonly handedOut: (answer: WireAnswer) => string;
  readonly start: () => Promise<Readonly<{ service: ServiceProcess; wire: Wire }>>;
  /** Runs a command; what it prints is part of the logs, but for a key that it makes. */
  readonly command: (...args: readonly string[]) => Promise<string>;
  /** A browser with a session of the application. */
  readonly signedIn: (wire: Wire, user: string) => Promise<WirePerson>;
  /** Begins a flow; its state goes to TikTok by way of the browser, and its cookie to the browser. */
  readonly begin: (browser: WirePerson, query?: string) => Promise<string>;
  readonly connect: (browser: WirePerson, query?: string, cancel?: boolean) => Promise<string>;
  /** The history, where it does not stand in the database. */
  readonly historyElsewhere: () => Promise<readonly DumpedTable[]>;
  readonly remember: (name: string, value: string) => void;
  readonly handOut: (answer: WireAnswer, secrets: string) => void;
  readonly close: () => Promise<void>;
}

export const createCanaryInstallation = async (): Promise<CanaryInstallation> => {
  const folder = await temporaryDirectory();
  const store = await openChosenStore();
  const provider = await startIdentityProvider();
  const simulator = await startSimulator({ quiet: true, apps: [simulatedApp({ clientKey: 'awcanary00000001', clientSecret })] });
  const tiktok = simulatorControl(simulator.url);
  await tiktok.addAccount(person.id, { username: person.username, display_name: person.display_name, bio: person.bio });
  const environment = {
    HOME: folder.path,
    TMPDIR: folder.path,
    DATA_DIR: join(folder.path, 'data'),
    PORT: String(await freePort()),
    TIKTOK_CLIENT_KEY: 'awcanary00000001',
    TIKTOK_CLIENT_SECRET: clientSecret,
    TIKTOK_AUTHORIZE_URL: simulator.authorizeUrl,
    TIKTOK_API_URL: simulator.apiUrl,
    TIKTOK_SCOPES: 'user.info.basic,user.info.profile,video.publish',
    TIKTOK_TOKEN_ENCRYPTION_KEY: encryptionKey,
    AUTH_JWKS_URL: provider.jwksUrl.href,
    AUTH_ISSUER: provider.issuer,
    AUTH_AUDIENCE: 'tiktok',
    LOG_LEVEL: 'trace',
    ...store.environment,
  };
  const logs: Printed[] = [];
  const wires: Wire[] = [];
  const secrets: Canary[] = [
    { name: 'client secret', value: clientSecret },
    { name: 'encryption key', value: encryptionKey },
  ];
  const handed = new Map<WireAnswer, string>();
  const remember = (name: string, value: string): void => void secrets.push({ name, value });

  const begin: CanaryInstallation['begin'] = async (browser, query = '') => {
    const answer = await browser.call({ url: `/api/tiktok/auth/authorize${query}` });
    const state = answer.location().searchParams.get('state') ?? '';
    const [, cookie = ''] = /^tiktok_oauth_\d+=([^;]+)/.exec(answer.setCookies[0] ?? '') ?? [];
    remember('state', state);
    remember('flow cookie', cookie);
    handed.set(answer, `${state} ${cookie}`);
    return answer.location().href;
  };

  return {
    folder: folder.path,
    tiktok,
    secrets,
    logs,
    answers: () => wires.flatMap(({ answers }) => answers),
    handedOut: (answer) => handed.get(answer) ?? '',
    handOut: (answer, given) => void handed.set(answer, given),
    historyElsewhere: () => dumpHistoryElsewhere(environment),
    remember,
    begin,
    start: async () => {
      const service = await startService(environment);
      logs.push({ where: 'the log of the service', text: () => `${service.output()}${service.errors()}` });
      const wire = await openWire(service.url);
      wires.push(wire);
      return { service, wire };
    },
    command: async (...args) => {
      const { output, errors } = await runCommand(environment, args);
      const [name = '', action] = args;
      logs.push({ where: `the command ${name}`, text: () => (action === 'create' ? errors : `${output}${errors}`) });
      return output;
    },
    signedIn: async (wire, user) => {
      const token = await provider.token({ sub: user });
      remember('session token', token);
      remember('signature of a session token', token.split('.')[2] ?? '');
      return wirePerson(wire, tiktok, { __session: token });
    },
    connect: async (browser, query = '?add_account=1', cancel = false) =>
      outcomeOf(await browser.comeBack(await tiktok.decide(await begin(browser, query), { account: person.id, cancel }))),
    close: async () => {
      await simulator.stop();
      await provider.stop();
      await store.stop();
      await folder.remove();
    },
  };
};
