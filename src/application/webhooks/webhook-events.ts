/** The events that this version acts on. */
export const handledEvents = ['authorization.removed'] as const;
export type HandledEvent = (typeof handledEvents)[number];

export const isHandled = (event: string): event is HandledEvent => handledEvents.some((handled) => handled === event);

const publications = 'post.publish.';

/**
 * Whether a webhook is to be worked on. Those about publications wait in the intake for the version that moves
 * publications on; all others are only kept.
 */
export const isToBeHandled = (event: string): boolean => isHandled(event) || event.startsWith(publications);
