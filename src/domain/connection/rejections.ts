/** No life is running: never connected, or disconnected since. */
export type NotConnected = Readonly<{ kind: 'NotConnected' }>;
/** The TikTok account belongs to another user, who must disconnect it first. */
export type AccountLinkedToAnotherUser = Readonly<{ kind: 'AccountLinkedToAnotherUser' }>;
export type NotYourConnection = Readonly<{ kind: 'NotYourConnection' }>;
/** What the command brings was sealed or observed for another life than the running one. */
export type LifeIsOver = Readonly<{ kind: 'LifeIsOver'; life: number }>;

export type ConnectionRejection = NotConnected | AccountLinkedToAnotherUser | NotYourConnection | LifeIsOver;
