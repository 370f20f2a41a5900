import { err, ok } from 'neverthrow';
import type { KeySlot } from '../../../application/ports/data-key-records.ts';
import type { KeyFence } from '../../../application/ports/key-fences.ts';
import type { CliDeps } from '../cli-deps.ts';
import type { Work } from '../command-runner.ts';
import { done, printed } from '../outcome.ts';
import { count } from '../printable.ts';
import { interrupted, refusalOfUnavailable } from '../refusals.ts';

const pageSize = 1_000;

const documentOf = ({ slot: { connectionId, life, purpose }, because, fencedAt }: KeyFence) => ({
  connection_id: connectionId,
  life,
  purpose,
  because,
  fenced_at: fencedAt,
});

/** Prints every fence: one a line, or all in one document. */
export const exportFences =
  (output: Pick<CliDeps, 'out' | 'drained'>, json: boolean): Work =>
  async ({ keyFences }, progress, signal) => {
    const all: KeyFence[] = [];
    for (let after: KeySlot | null = null, seen = 0; ; ) {
      if (signal.aborted) return err(interrupted);
      const page = await keyFences.page(after, pageSize);
      if (page.isErr()) return err(refusalOfUnavailable(page.error));
      if (json) all.push(...page.value);
      else page.value.forEach((fence) => output.out(JSON.stringify(documentOf(fence))));
      // Whoever reads slowly is waited for, so that memory stays flat.
      await output.drained();
      seen += page.value.length;
      progress(`Exported ${count(seen, 'fence')} …`);
      if (page.value.length < pageSize) return ok(json ? done({ data: all.map(documentOf) }, []) : printed);
      after = page.value.at(-1)?.slot ?? null;
    }
  };
