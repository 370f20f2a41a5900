import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { err, ok, type Result } from 'neverthrow';
import { enter, type Answer } from './connection.ts';
import { freePort } from './free-port.ts';
import { writeLaunchRecord, type LaunchRecord } from './launch-record.ts';
import { launchPostmaster } from './postmaster.ts';
import { isServerOf } from './proof-of-identity.ts';
import { problem, problemFromText, type EmbeddedPostgresProblem } from './problem.ts';
import { openServerLog } from './server-log.ts';
import { makeSocketDirectory } from './socket-directory.ts';
import { startedWith, type Serving, type Start } from './start.ts';

/** What the server wrote to its log, or how it answered, when a launch failed. */
type Failure = Readonly<{ code: string; said: string }>;

const portTaken = /could not create any TCP\/IP sockets|Address already in use/;
const backendsLeft = /pre-existing shared memory block/;
const wrongPassword = '28P01';

/** Backends of a killed server end with their statement; recovery of a large one may take minutes. */
const backendsPatienceMilliseconds = 30_000;
const startPatienceMilliseconds = 600_000;
const pauseMilliseconds = 100;

/** @param last what the last launch chose: its port is kept where that is possible */
export const launchServer = async (start: Start, last: LaunchRecord | undefined): Promise<Result<Serving, EmbeddedPostgresProblem>> => {
  const backendsUntil = performance.now() + backendsPatienceMilliseconds;
  let record = last;
  for (;;) {
    const port = await choosePort(start, record);
    if (port === undefined) return err(portProblem(start));
    record = await decideLaunch(start, port, record);
    const launched = await launchOnce(start, record);
    if (launched.isOk()) return ok(launched.value);
    const { code, said } = launched.error;
    if (code === wrongPassword) return err(passwordProblem(start));
    if (backendsLeft.test(said) && performance.now() < backendsUntil) await delay(pauseMilliseconds);
    else if (!portTaken.test(said)) return err(problemFromText(said, 'start', start.paths.dataDir));
  }
};

/** Written before there is a server, so that none is ever left behind that the next start would not recognise. */
const decideLaunch = async (start: Start, port: number, last: LaunchRecord | undefined): Promise<LaunchRecord> => {
  const sockets = await makeSocketDirectory(start.footing.account, start.paths, last?.socketDirectory);
  const record = { port, socketDirectory: sockets, token: randomUUID(), startedWith: startedWith(start) };
  await writeLaunchRecord(start.paths.launchRecord, record);
  return record;
};

const choosePort = async ({ port, log }: Start, last: LaunchRecord | undefined): Promise<number | undefined> => {
  if (port !== undefined) return freePort(port);
  if (last === undefined) return freePort(0);
  const kept = await freePort(last.port);
  if (kept === undefined) log(`Port ${last.port}, where PostgreSQL listened before, is taken by another program; it moves.`);
  return kept ?? freePort(0);
};

const launchOnce = async (start: Start, record: LaunchRecord): Promise<Result<Serving, Failure>> => {
  const { footing, paths, lock, settings } = start;
  const log = await openServerLog(paths.log);
  const launch = { dataDir: paths.dataDir, listening: record, settings, logDescriptor: log.descriptor };
  const postmaster = launchPostmaster(footing, lock, launch);
  const door = { port: record.port, password: start.password, database: start.database };
  const until = performance.now() + startPatienceMilliseconds;
  let serving = false;
  try {
    const answer = await enter(door, async () => (await postmaster.isGone()) || performance.now() > until);
    serving = await isTheOne(answer, paths.dataDir, record.token);
    if (serving) return ok({ postmaster, door, adopted: false });
    await postmaster.stop();
    return err({ code: 'code' in answer ? answer.code : '', said: await log.tail() });
  } finally {
    if (!serving) await postmaster.stop();
    await log.close();
  }
};

const isTheOne = async (answer: Answer, dataDir: string, token: string): Promise<boolean> => {
  if (!('session' in answer)) return false;
  try {
    return await isServerOf(answer.session, dataDir, token);
  } finally {
    await answer.session.end();
  }
};

const portProblem = ({ port }: Start): EmbeddedPostgresProblem =>
  problem('PortTaken', `Port ${port ?? 0} on 127.0.0.1 is taken by another program.`, 'Stop that program, choose another port');

const passwordProblem = ({ paths }: Start): EmbeddedPostgresProblem =>
  problem(
    'PasswordMissing',
    `The password in ${paths.password} is not that of the data directory ${paths.dataDir}.`,
    'Restore both from the same backup',
  );
