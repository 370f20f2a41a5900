import { createSealer } from '../../../src/adapters/crypto/aes-gcm-sealer.ts';
import { keyringOf, type Keyring } from '../../../src/adapters/crypto/keyring.ts';
import type { KeySlot } from '../../../src/application/ports/data-key-records.ts';
import type { OpenFailure, SealContext, Sealer } from '../../../src/application/ports/sealer.ts';
import { connectionId } from '../../../src/domain/values/ids.ts';
import { sealed, type Sealed } from '../../../src/domain/values/sealed.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { inMemoryDataKeys, type InMemoryDataKeys } from '../../support/in-memory-data-keys.ts';

export const keyFilledWith = (byte: number): Buffer => Buffer.alloc(32, byte);

export const accessToken: SealContext = {
  connectionId: connectionId('6f0e0000-0000-5000-8000-000000000001'),
  life: 1,
  purpose: 'tokens',
  field: 'access',
};

export const slotOf = ({ connectionId: id, life, purpose }: SealContext): KeySlot => ({ connectionId: id, life, purpose });

export type Sealing = Readonly<{
  records: InMemoryDataKeys;
  sealer: Sealer;
  /** The envelope, or the kind of the failure. */
  seal(context: SealContext, plain: string): Promise<Sealed>;
  /** The plain text, or the failure. */
  open(context: SealContext, envelope: string): Promise<string | OpenFailure>;
}>;

export const sealing = (options: { keyring?: Keyring; records?: InMemoryDataKeys } = {}): Sealing => {
  const records = options.records ?? inMemoryDataKeys();
  const sealer = createSealer({ keyring: options.keyring ?? keyringOf([null, keyFilledWith(1)]), records });
  return {
    records,
    sealer,
    seal: (context, plain) => sealer.seal(context, secret(plain)).match((envelope) => envelope, ({ kind }) => sealed(kind)),
    open: (context, envelope) =>
      sealer.open({ context, sealed: sealed(envelope) }).match<string | OpenFailure, string | OpenFailure>(
        (plain) => plain.reveal(),
        (failure) => failure,
      ),
  };
};
