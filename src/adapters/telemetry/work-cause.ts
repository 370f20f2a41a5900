import type { LeasedWork } from '../../application/work-lists/work-handler.ts';
import { publicationWorkKinds } from '../../application/work-lists/work-kinds.ts';

/** An acceptance that is made up for follows from the request, in the stream of the connection. */
const ofPublication: ReadonlySet<string> = new Set(publicationWorkKinds.filter((kind) => kind !== 'accept_publication'));

/** Whether it follows from an event of its publication; everything else does from one of its connection. */
export const followsPublication = ({ kind }: Pick<LeasedWork, 'kind'>): boolean => ofPublication.has(kind);

/** The event it follows from, as the metadata of events name it. */
export const causeOf = (work: Pick<LeasedWork, 'kind' | 'subject' | 'connectionId' | 'revision'>): string =>
  `${followsPublication(work) ? work.subject : work.connectionId}@${work.revision}`;
