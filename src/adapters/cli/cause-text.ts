import type { ShownCause } from '../../application/auditing/shown-cause.ts';
import { printable } from './printable.ts';

/** A level is two columns: deeper than this a tree goes on at the left margin, under the event it hangs on. */
const deepest = 16;

const streamWords = (stream: string): string => stream.replace(/^tiktok_/, '').replace('-', ' ');

const wordsOf = (cause: ShownCause): string => {
  const by = cause.actor === null ? 'somebody unreadable' : `${cause.actor.kind} ${cause.actor.id}`;
  const when = cause.occurred_at ?? 'at an unreadable time';
  if (cause.node === 'event') return `${streamWords(cause.stream)} @${cause.revision}  ${when}  ${cause.type}, by ${by}`;
  if (cause.kind === 'work') return `work ${cause.actor.id}, because of ${cause.cause}`;
  const repeatable = cause.cause === cause.correlation_id ? '' : `, because of ${cause.cause}`;
  const what = cause.kind === 'other' ? `something known as ${cause.correlation_id}` : cause.correlation_id.replace(':', ' ');
  return `${what}, by ${by}${repeatable}`;
};

/** Causes as an indented tree. */
export const causeTree = (causes: readonly ShownCause[]): readonly string[] => {
  const places = new Map<string, Readonly<{ section: string[]; margin: number; event: string }>>();
  const sections: string[][] = [[]];
  const [first = []] = sections;
  for (const cause of causes) {
    const above = cause.parent === null ? undefined : places.get(cause.parent);
    let { section, margin } = above ?? { section: first, margin: 0 };
    if (above !== undefined && cause.node === 'run' && cause.depth - margin >= deepest) {
      section.push(`${'  '.repeat(cause.depth - margin)}… goes on below, at ${above.event}`);
      section = [`… from ${above.event}`];
      margin = cause.depth - 1;
      sections.push(section);
    }
    const words = printable(wordsOf(cause));
    places.set(cause.id, { section, margin, event: cause.node === 'event' ? `${streamWords(cause.stream)} @${cause.revision}` : words });
    section.push(`${'  '.repeat(cause.depth - margin)}${words}`);
  }
  return sections.flat();
};
