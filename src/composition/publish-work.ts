import { createWorkRuntime } from '../adapters/postgres/work-lists/work-runtime.ts';
import { advancePublication, repairPublication } from '../application/publishing/advance-publication.ts';
import { endPublications } from '../application/publishing/end-publications.ts';
import type { SagaPorts } from '../application/publishing/publish-saga.ts';
import type { Container } from './parts.ts';
import { attendedWork } from './telemetry.ts';

/** Asking TikTok is mostly waiting; a file that is fetched first takes as long as it takes. */
const stepsAtATime = 64;
/** Each reads a file and keeps one connection to TikTok busy. */
const uploadsAtATime = 8;

const sagaPortsOf = (container: Container): SagaPorts => ({
  ...container.get('tokenPorts'),
  publishing: container.get('publishing'),
  quotas: container.get('quotas'),
  media: container.get('media'),
  uploads: container.get('uploads'),
  fetcher: container.get('fetcher'),
  videos: container.get('publishing'),
  publications: container.get('publications'),
  planChunks: container.get('planChunks'),
});

/**
 * What takes publications to TikTok: apart from other work, and long uploads apart from the rest, so that neither waits for
 * them. A small file is sent by whoever has begun it.
 */
export const providePublishWork = (container: Container): void => {
  container.provide('publishWork', (c) => {
    const ports = sagaPortsOf(c);
    const advance = attendedWork(c, advancePublication(ports));
    const handlers = {
      accept_publication: attendedWork(c, repairPublication(ports)),
      end_publications: attendedWork(c, endPublications(ports)),
      open_upload: advance,
      poll_publication: advance,
      find_post: advance,
    };
    return createWorkRuntime({ pool: c.get('pool'), handlers, following: { send_chunks: advance }, concurrency: stepsAtATime });
  });
  container.provide('uploadWork', (c) => {
    const advance = attendedWork(c, advancePublication(sagaPortsOf(c)));
    return createWorkRuntime({ pool: c.get('pool'), handlers: { send_chunks: advance }, following: { poll_publication: advance }, concurrency: uploadsAtATime });
  });
};
