import { readFile } from 'node:fs/promises';
import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import { missingFences, reapplyFences, type FenceToReapply } from '../../../application/erasing/reapply-fences.ts';
import { connectionId, isUuid } from '../../../domain/values/ids.ts';
import { purposes } from '../../../domain/values/sealed.ts';
import type { Work } from '../command-runner.ts';
import { operator } from '../operator.ts';
import { done, wrongUse, type Refusal } from '../outcome.ts';
import { count, printable } from '../printable.ts';
import { refusalOfUnavailable } from '../refusals.ts';
import { operatorContext, refusalOfErasing } from './erasure.ts';

const line = z
  .object({
    connection_id: z.string().refine(isUuid).transform(connectionId),
    life: z.int().positive(),
    purpose: z.enum(purposes),
    because: z.enum(['disconnected', 'erased']),
  })
  .transform(({ connection_id, life, purpose, because }): FenceToReapply => ({ slot: { connectionId: connection_id, life, purpose }, because }));

const parsedLine = (text: string): FenceToReapply | null => {
  try {
    const fence = line.safeParse(JSON.parse(text));
    return fence.success ? fence.data : null;
  } catch {
    return null;
  }
};

/** All of a file, or nothing: a list that was cut would leave somebody unerased. */
const fencesIn = async (file: string): Promise<Result<readonly FenceToReapply[], Refusal>> => {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return err(wrongUse(`${printable(file)} cannot be read.`));
  const fences: FenceToReapply[] = [];
  for (const [index, each] of text.split('\n').entries()) {
    if (each.trim() === '') continue;
    const fence = parsedLine(each);
    if (fence === null) return err(wrongUse(`Line ${index + 1} of ${printable(file)} is no fence as \`erasures export\` writes them; nothing was done.`));
    fences.push(fence);
  }
  return ok(fences);
};

export const wouldReapply =
  (file: string): Work =>
  async ({ erasing }) => {
    const fences = await fencesIn(file);
    if (fences.isErr()) return err(fences.error);
    const missing = await missingFences(erasing, fences.value);
    if (missing.isErr()) return err(refusalOfUnavailable(missing.error));
    const document = { fences: fences.value.length, would_reapply: missing.value.length, dry_run: true };
    return ok(done(document, [`Would put back ${count(missing.value.length, 'fence')} of ${fences.value.length.toLocaleString('en')}.`]));
  };

/** Puts the fences of a file back. */
export const reapply =
  (file: string): Work =>
  async (toolbox, progress) => {
    const fences = await fencesIn(file);
    if (fences.isErr()) return err(fences.error);
    const onProgress = (put: number, of: number): void => progress(`Put back ${put.toLocaleString('en')} of ${count(of, 'fence')} …`);
    const reapplied = await reapplyFences(toolbox.erasing, operatorContext(toolbox), operator, fences.value, onProgress);
    if (reapplied.isErr()) return err(refusalOfErasing(reapplied.error, null));
    const { fences: all, missing } = reapplied.value;
    return ok(done({ fences: all, reapplied: missing }, [`Put back ${count(missing, 'fence')} of ${all.toLocaleString('en')}.`]));
  };
