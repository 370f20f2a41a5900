const publishEvents = [
  'post.publish.complete',
  'post.publish.failed',
  'post.publish.inbox_delivered',
  'post.publish.publicly_available',
  // TikTok's own spelling, and the one it may correct it to.
  'post.publish.no_longer_publicaly_available',
  'post.publish.no_longer_publicly_available',
] as const;
export type PublishEvent = (typeof publishEvents)[number];

/** The events that this version acts on. */
export const handledEvents = ['authorization.removed', ...publishEvents] as const;
export type HandledEvent = (typeof handledEvents)[number];

export const isHandled = (event: string): event is HandledEvent => handledEvents.some((handled) => handled === event);

/** How the names of all events about publications begin. */
export const aboutPublications = 'post.publish.';

/**
 * Whether a webhook is to be worked on. Those about publications that this version does not know wait in the intake for
 * one that does; all others are only kept.
 */
export const isToBeHandled = (event: string): boolean => isHandled(event) || event.startsWith(aboutPublications);
