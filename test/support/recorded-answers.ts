import { shared, streams } from './eventstoredb-stand-in/wire.ts';

export const largest = 2n ** 64n - 1n;

type Answer = InstanceType<typeof streams.ReadResp>;
type Recorded = InstanceType<typeof streams.ReadResp.ReadEvent.RecordedEvent>;

/** What a server may have recorded. Absent is what is undefined, and what is nought or empty. */
export type Given = Readonly<{
  id: string;
  stream: Uint8Array;
  revision: bigint;
  prepare: bigint;
  commit: bigint;
  system: Readonly<{ type?: string | undefined; 'content-type'?: string | undefined; created?: string | undefined; foreign?: string | undefined }>;
  metadata: Uint8Array;
  data: Uint8Array;
}>;

export const recordedOf = ({ id, stream, revision, prepare, commit, system, metadata, data }: Given): Recorded => {
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(id))
    .setStreamIdentifier(new shared.StreamIdentifier().setStreamName(stream))
    .setStreamRevision(String(revision))
    .setPreparePosition(String(prepare))
    .setCommitPosition(String(commit))
    .setCustomMetadata(metadata)
    .setData(data);
  for (const [name, value] of Object.entries(system)) if (value !== undefined) recorded.getMetadataMap().set(name, value);
  return recorded;
};

export const answerOf = (given: Given): Answer =>
  new streams.ReadResp().setEvent(new streams.ReadResp.ReadEvent().setEvent(recordedOf(given)).setCommitPosition(String(given.commit)));

export const bytesOf = (answer: Answer): Buffer => Buffer.from(answer.serializeBinary());

export const sample: Given = {
  id: '4f1f0c0e-7a0b-4b0a-9d55-0a4f6c1c9a10',
  stream: Buffer.from('tiktok_connection-ä'),
  revision: 7n,
  prepare: 90n,
  commit: 100n,
  system: { type: 'Connected', 'content-type': 'application/json', created: '17000000000009999' },
  metadata: Buffer.from('{"id":"a"}'),
  data: Buffer.from('{"life":1}'),
};
