import { err, errAsync, ok, okAsync, type Result, type ResultAsync } from 'neverthrow';
import { unavailable, type Unavailable } from '../../application/failures.ts';
import type { DataKeyRecords, KeyRecord, KeySlot } from '../../application/ports/data-key-records.ts';
import type { Erased, HeldKey, KeyLost, NoKey, NotAuthentic, OpenRequest, SealContext, Sealer } from '../../application/ports/sealer.ts';
import type { OpenWithKey } from '../../application/ports/warm-tokens.ts';
import { sealed as sealedText, type Sealed } from '../../domain/values/sealed.ts';
import { secret, type Secret } from '../../domain/values/secret.ts';
import { openEnvelope, parseEnvelope, sealEnvelope } from './envelope.ts';
import type { Keyring } from './keyring.ts';
import { newDataKey, unwrap, type DataKey } from './wrapped-data-key.ts';

const version = 's1';

export type SealerParts = Readonly<{ keyring: Keyring; records: DataKeyRecords }>;

type Missing = Exclude<NoKey, Unavailable>;

const erased: Erased = { kind: 'Erased' };
const keyLost: KeyLost = { kind: 'KeyLost' };
const notAuthentic = (reason: string, ofAnotherKey = false): NotAuthentic => ({ kind: 'NotAuthentic', reason, ofAnotherKey });

const placeOf = ({ connectionId, life, purpose, field }: SealContext): readonly (string | number)[] => [
  connectionId,
  life,
  purpose,
  field,
];

const slotOf = ({ connectionId, life, purpose }: SealContext): KeySlot => ({ connectionId, life, purpose });

const nameOf = ({ connectionId, life, purpose }: KeySlot): string => `${connectionId}/${life}/${purpose}`;

const dataKeyOf = (keyring: Keyring, slot: KeySlot, record: KeyRecord): Result<DataKey, NoKey> => {
  switch (record.kind) {
    case 'Fenced':
      return err(erased);
    case 'Missing':
      return err(keyLost);
    case 'Key':
      return unwrap(keyring, slot, record.key).mapErr((failure) =>
        failure.kind === 'UnknownKeyEncryptionKey'
          ? unavailable('key_ring', `the key ${failure.keyEncryptionKeyId} is not in the key ring`)
          : notAuthentic('the data key of this slot does not unwrap'),
      );
  }
};

const sealWith = (context: SealContext, plain: Secret<string>, { id, key }: DataKey): Sealed =>
  sealedText(sealEnvelope(version, id, key, placeOf(context), Buffer.from(plain.reveal(), 'utf8')));

const openWith = ({ context, sealed }: OpenRequest, dataKey: DataKey): Result<Secret<string>, NotAuthentic> => {
  const envelope = parseEnvelope(sealed);
  if (envelope === null) return err(notAuthentic('not an envelope'));
  if (envelope.version !== version) return err(notAuthentic('an envelope of an unknown version'));
  if (envelope.keyId !== dataKey.id) return err(notAuthentic('sealed with another data key than the one of this slot', true));
  const plain = openEnvelope(envelope, dataKey.key, placeOf(context));
  return plain === null ? err(notAuthentic('altered, or sealed for another place')) : ok(secret(plain.toString('utf8')));
};

const heldKey = (slot: KeySlot, dataKey: DataKey): HeldKey => ({
  seal: (field, plain) => sealWith({ ...slot, field }, plain, dataKey),
  open: (field, sealed) => openWith({ context: { ...slot, field }, sealed }, dataKey),
});

/** Opens with a data key that the caller has read already. */
export const createKeyOpener =
  (keyring: Keyring): OpenWithKey =>
  (request, record) =>
    dataKeyOf(keyring, slotOf(request.context), record).andThen((dataKey) => openWith(request, dataKey));

/**
 * AES-256-GCM under one random data key per connection, life and purpose. Data keys are looked up for every call and
 * not kept: once a slot is fenced, nothing of it opens any more.
 */
export const createSealer = ({ keyring, records }: SealerParts): Sealer => {
  const dataKeysOf = (slots: readonly KeySlot[]): ResultAsync<readonly Result<DataKey, Missing>[], Unavailable> =>
    records.find(slots).andThen((found) => {
      const keys: Result<DataKey, Missing>[] = [];
      for (const [index, slot] of slots.entries()) {
        const key = dataKeyOf(keyring, slot, found[index] ?? { kind: 'Missing' });
        if (key.isOk()) keys.push(ok(key.value));
        else if (key.error.kind === 'Unavailable') return err(key.error);
        else keys.push(err(key.error));
      }
      return ok(keys);
    });

  const openAll: Sealer['openAll'] = (requests) => {
    const slots = new Map(requests.map(({ context }) => [nameOf(context), slotOf(context)]));
    if (slots.size === 0) return okAsync([]);
    return dataKeysOf([...slots.values()]).map((found) => {
      const keys = new Map([...slots.keys()].map((name, index) => [name, found[index] ?? err(keyLost)]));
      return requests.map((request) => (keys.get(nameOf(request.context)) ?? err(keyLost)).andThen((dataKey) => openWith(request, dataKey)));
    });
  };

  const holdAll: Sealer['holdAll'] = (slots) =>
    dataKeysOf(slots).map((found) => slots.map((slot, index) => (found[index] ?? err(keyLost)).map((dataKey) => heldKey(slot, dataKey))));

  return {
    hold: (slot) => holdAll([slot]).andThen(([held]) => held ?? err(keyLost)),
    holdAll,
    seal: (context, plain) => {
      const slot = slotOf(context);
      return records
        .find([slot])
        .andThen(([record]) => (record?.kind === 'Missing' ? records.add(slot, newDataKey(keyring, slot)) : okAsync(record)))
        .andThen((record) => dataKeyOf(keyring, slot, record ?? { kind: 'Missing' }))
        .map((dataKey) => sealWith(context, plain, dataKey))
        // A key that does not unwrap is as good as lost to someone who wants to seal.
        .mapErr((failure) => (failure.kind === 'NotAuthentic' ? keyLost : failure));
    },
    open: (request) => openAll([request]).andThen(([opened]) => opened ?? errAsync(keyLost)),
    openAll,
  };
};
