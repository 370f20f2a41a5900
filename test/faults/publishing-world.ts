import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { okAsync } from 'neverthrow';
import { expect } from 'vitest';
import { publicationStream } from '../../src/application/execution/streams.ts';
import type { DatabaseClock } from '../../src/application/ports/database-clock.ts';
import type { RecordedEvent } from '../../src/application/ports/event-store.ts';
import type { SourceFetcher } from '../../src/application/ports/source-fetcher.ts';
import { advancePublication, repairPublication } from '../../src/application/publishing/advance-publication.ts';
import type { DraftSource, PostDraft } from '../../src/application/publishing/post-draft.ts';
import type { SagaPorts } from '../../src/application/publishing/publish-saga.ts';
import { requestPublish, type KeyedDraft, type PublishPorts } from '../../src/application/publishing/request-publish.ts';
import { evolvePublicationRecord, type PublicationRecord } from '../../src/application/reading/publication-record.ts';
import { isFinal } from '../../src/application/reading/publication-view.ts';
import type { LeasedWork, WorkOutcome } from '../../src/application/work-lists/work-handler.ts';
import { publicationWork } from '../../src/application/work-lists/work-of-publication.ts';
import { connectionId, publicationId, type ConnectionId, type MediaId, type PublicationId } from '../../src/domain/values/ids.ts';
import { millisOf, plusMillis, type Instant } from '../../src/domain/values/instant.ts';
import type { MadePost } from '../support/simulator-control.ts';
import { createMadeUpFiles, madeUpBytes, type MadeUpFiles } from './made-up-files.ts';
import { createConnectingWorld, type ConnectingWorld, type Somebody } from './connecting-world.ts';

export type PublishingPorts = SagaPorts & PublishPorts;
export type Wrap = <Port extends object>(name: string, port: Port) => Port;

/** What a draft may be about: a file of ours, and an address of one. */
export type Drafted = Readonly<{ mediaId: MediaId; url: string }>;

export type DraftChoice = Readonly<{ source: DraftSource; mode?: PostDraft['mode']; title?: string; privacyLevel?: PostDraft['settings']['privacyLevel']; inMillis?: number }>;
export type DraftOf = (made: Drafted) => DraftChoice;

/** One request to publish, and the time that passes for those who work on it. */
export interface Case {
  readonly person: Somebody;
  readonly connectionId: ConnectionId;
  readonly keyed: KeyedDraft;
  /** Lets time pass for our side. TikTok's goes on as it does. */
  readonly pass: (millis: number) => void;
  readonly now: () => Instant;
}

export interface PublishingWorld {
  readonly world: ConnectingWorld;
  /** An address from which TikTok pulls a file. */
  readonly fileUrl: string;
  readonly files: MadeUpFiles;
  /** @param of what it is about; by a new person with a new file of zeros unless given */
  begin(draft: DraftOf, of?: Readonly<{ bytes?: number; mediaId?: MediaId; beside?: Case }>): Promise<Case>;
  ports(of: Case, wrap?: Wrap): PublishingPorts;
  /** The caller asks, and steps are taken as the work list says, until the publication has ended. */
  run(of: Case, ports: PublishingPorts): Promise<void>;
  /** The same where the caller never comes back: what has begun is made up for. */
  goOn(of: Case, ports: PublishingPorts, signal?: AbortSignal, stopping?: AbortSignal): Promise<void>;
  request(of: Case, ports: PublishingPorts): Promise<void>;
  history(id: PublicationId): Promise<readonly RecordedEvent[]>;
  types(id: PublicationId): Promise<readonly string[]>;
  /** As readers see it. */
  shown(id: PublicationId): Promise<PublicationRecord | null>;
  posts(of: Case): Promise<readonly MadePost[]>;
  close(): Promise<void>;
}

const asIs: Wrap = (_, port) => port;
const mostSteps = 2_000;
const settings = {
  allowComment: false,
  allowDuet: false,
  allowStitch: false,
  coverTimestampMillis: null,
  brandOrganic: false,
  brandContent: false,
  isAiGenerated: false,
  autoAddMusic: false,
} as const;

/** What the work list holds for a publication now. */
const nextWork = (id: PublicationId, connection: ConnectionId, history: readonly RecordedEvent[], doneThrough: number): LeasedWork | null => {
  const items = new Map<string, LeasedWork>();
  for (const event of history) {
    for (const work of publicationWork(id, event)) {
      if (work.change === 'remove') items.delete(work.kind);
      else items.set(work.kind, { kind: work.kind, subject: id, connectionId: connection, life: 1, revision: work.revision, dueAt: work.dueAt, attempts: 1 });
    }
  }
  return [...items.values()].filter(({ revision }) => revision > doneThrough).sort((a, b) => millisOf(a.dueAt) - millisOf(b.dueAt))[0] ?? null;
};

const recordOf = (history: readonly RecordedEvent[]): PublicationRecord | null => history.reduce<PublicationRecord | null>(evolvePublicationRecord, null);

const isEnded = (history: readonly RecordedEvent[]): boolean => {
  const record = recordOf(history);
  return record !== null && isFinal(record.status);
};

export const createPublishingWorld = async (): Promise<PublishingWorld> => {
  const world = await createConnectingWorld({ TIKTOK_SCOPES: 'user.info.basic,video.publish,video.upload,video.list' });
  await world.tiktok.withoutWaiting();
  const host = createServer((_, response) => response.writeHead(200, { 'content-type': 'image/jpeg' }).end(Buffer.alloc(2_000))).listen(0, '127.0.0.1');
  await once(host, 'listening');
  const address = host.address();
  const fileUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/file`;
  const { service } = world;
  const files = createMadeUpFiles();
  const fetcher: SourceFetcher = { fetch: () => okAsync({ contentType: 'video/mp4', bytes: 3_000, body: Readable.from(madeUpBytes({ seed: null }, 0, 2_999)) }) };

  const history = async (id: PublicationId): Promise<readonly RecordedEvent[]> =>
    (await service.get('eventStore').read(publicationStream(id), 1, 1_000))._unsafeUnwrap().flatMap((event) => (event.readable ? [event] : []));

  const ports = (of: Case, wrap: Wrap = asIs): PublishingPorts => {
    const databaseClock: DatabaseClock = { now: () => service.get('databaseClock').now().map(() => of.now()) };
    const { gate } = service.get('tokenPorts');
    return {
      eventStore: wrap('eventStore', service.get('eventStore')),
      ids: service.get('ids'),
      clock: { now: of.now, monotonicMillis: () => performance.now(), sleep: (millis) => service.get('clock').sleep(millis / 20) },
      databaseClock: wrap('databaseClock', databaseClock),
      sealer: wrap('sealer', service.get('sealer')),
      tiktok: wrap('tiktok', service.get('tiktok')),
      progress: wrap('progress', { waitFor: () => Promise.resolve(true) }),
      gate: wrap('gate', gate),
      underWay: new Map(),
      publishing: wrap('publishing', service.get('publishing')),
      quotas: wrap('quotas', service.get('quotas')),
      media: wrap('media', files),
      uploads: wrap('uploads', service.get('uploads')),
      fetcher: wrap('fetcher', fetcher),
      videos: wrap('videos', service.get('publishing')),
      publications: wrap('publications', service.get('publications')),
      planChunks: service.get('planChunks'),
      addresses: wrap('addresses', { isPublic: () => true, isVerified: () => true }),
    };
  };

  const request = async (of: Case, chosen: PublishingPorts): Promise<void> => {
    const requested = await requestPublish(chosen, world.context(), { kind: 'service', keyId: 'test', scopes: ['publish'] }, of.keyed);
    if (requested.isErr()) throw new Error(`the request was refused: ${JSON.stringify(requested.error)}`);
  };

  const takeSteps = async (of: Case, chosen: PublishingPorts, signal = new AbortController().signal, stopping = signal): Promise<void> => {
    const { id } = of.keyed;
    const handle = advancePublication(chosen);
    let doneThrough = 0;
    for (let steps = 0; steps < mostSteps; steps += 1) {
      if (stopping.aborted) return;
      const before = await history(id);
      const work = nextWork(id, of.connectionId, before, doneThrough);
      if (work === null) return;
      of.pass(Math.max(0, millisOf(work.dueAt) - millisOf(of.now())));
      let outcome: WorkOutcome = await handle(work, signal, stopping);
      // As a worker goes on with what follows at once.
      while (outcome.kind === 'Done' && outcome.next !== undefined && !stopping.aborted) outcome = await handle({ ...work, ...outcome.next }, signal, stopping);
      if (outcome.kind === 'Done') doneThrough = outcome.through ?? 0;
      // What may still be learned of an ended one is looked for once.
      if (isEnded(before)) return;
      if (outcome.kind !== 'Done') of.pass(outcome.afterMillis);
    }
    throw new Error(`no end: ${(await history(id)).map(({ event }) => event.type).join(' ')}`);
  };

  return {
    world,
    fileUrl,
    ports,
    history,
    shown: async (id) => recordOf(await history(id)),
    types: async (id) => (await history(id)).map(({ event }) => event.type),
    posts: ({ person }) => world.tiktok.posts({ account: person.account }),
    files,
    begin: async (draft, { bytes = 3_000, mediaId: media = files.add(bytes), beside } = {}) => {
      const person = beside?.person ?? (await world.somebody());
      const connected = beside === undefined ? await world.connect(person) : { error: null };
      if (connected.error !== null) throw new Error(connected.error);
      const begun = Date.now();
      let passed = 0;
      const now = (): Instant => plusMillis(service.get('clock').now(), passed);
      const of = connectionId(await world.connectionOf(person));
      const { source, mode = 'direct', title = 'Spring sale', privacyLevel = 'SELF_ONLY', inMillis } = draft({ mediaId: media, url: fileUrl });
      const kind = source.type === 'photos' ? 'photo' : 'video';
      const consent = mode === 'direct' ? { confirmedAt: now(), musicUsage: true, brandedContentPolicy: false } : null;
      const post: PostDraft = { connectionId: of, kind, mode, title, description: null, settings: { ...settings, privacyLevel: mode === 'draft' ? null : privacyLevel }, consent, source, scheduleAt: inMillis === undefined ? null : plusMillis(now(), inMillis), retryOf: null };
      return {
        person,
        connectionId: of,
        keyed: { id: publicationId(randomUUID()), digest: `${begun}`, draft: post },
        pass: (millis) => {
          passed += millis;
        },
        now,
      };
    },
    run: async (of, chosen) => {
      await request(of, chosen);
      await takeSteps(of, chosen);
    },
    request,
    goOn: async (of, chosen, signal, stopping) => {
      const work = { kind: 'accept_publication', subject: of.keyed.id, connectionId: of.connectionId, life: 1, revision: 2, dueAt: of.now(), attempts: 1 } as const;
      expect(await repairPublication(chosen)(work, new AbortController().signal)).toEqual({ kind: 'Done' });
      await takeSteps(of, chosen, signal, stopping);
    },
    close: async () => {
      host.closeAllConnections();
      host.close();
      await world.close();
    },
  };
};
