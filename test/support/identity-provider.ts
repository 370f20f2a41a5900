import { exportJWK, generateKeyPair, SignJWT, type GenerateKeyPairResult, type JWTPayload } from 'jose';
import { once } from 'node:events';
import { createServer } from 'node:http';

type Key = GenerateKeyPairResult & Readonly<{ kid: string; alg: string }>;

export interface IdentityProvider {
  readonly jwksUrl: URL;
  readonly issuer: string;
  /** How often its keys were fetched. */
  fetches(): number;
  /** Makes a new signing key and publishes it; the old ones stay published unless `dropOld`. */
  rotate(options?: Readonly<{ dropOld?: boolean; alg?: string }>): Promise<void>;
  /** From now on the keys are answered with this status. */
  answerWith(status: number): void;
  /** A token signed by the newest key. @param seconds of its life from now, negative for an ended one */
  token(claims: JWTPayload, seconds?: number): Promise<string>;
  /** A token of the newest key's id, signed by a key that was never published. */
  forged(claims: JWTPayload): Promise<string>;
  stop(): Promise<void>;
}

/** The application's identity provider: a JWKS endpoint and the keys behind it. */
export const startIdentityProvider = async (issuer = 'https://identity.example'): Promise<IdentityProvider> => {
  const published: Key[] = [];
  let made = 0;
  let fetched = 0;
  let status = 200;
  const server = createServer((_, response) => {
    fetched += 1;
    Promise.all(published.map(async ({ kid, alg, publicKey }) => ({ ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }))).then(
      (keys) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ keys })),
      () => response.destroy(),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');

  const rotate: IdentityProvider['rotate'] = async ({ dropOld = false, alg = 'ES256' } = {}) => {
    const pair = await generateKeyPair(alg, { extractable: true });
    if (dropOld) published.length = 0;
    published.push({ kid: `key-${(made += 1)}`, alg, ...pair });
  };
  const sign = (claims: JWTPayload, seconds: number, key: Pick<Key, 'kid' | 'alg' | 'privateKey'>): Promise<string> => {
    const now = Math.floor(Date.now() / 1_000);
    return new SignJWT({ iss: issuer, aud: 'tiktok', iat: now, exp: now + seconds, ...claims })
      .setProtectedHeader({ alg: key.alg, kid: key.kid })
      .sign(key.privateKey);
  };
  const newest = (): Key => {
    const key = published.at(-1);
    if (key === undefined) throw new Error('no key');
    return key;
  };
  await rotate();
  return {
    jwksUrl: new URL(`http://127.0.0.1:${address.port}/jwks.json`),
    issuer,
    fetches: () => fetched,
    rotate,
    answerWith: (code) => {
      status = code;
    },
    token: (claims, seconds = 60) => sign(claims, seconds, newest()),
    forged: async (claims) => sign(claims, 60, { ...newest(), privateKey: (await generateKeyPair('ES256')).privateKey }),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
