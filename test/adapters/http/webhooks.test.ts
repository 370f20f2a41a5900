import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { instant } from '../../../src/domain/values/instant.ts';
import { createTestHttp, problemIn, type TestHttp } from '../../support/http-app.ts';
import { testClient } from '../../support/http-parts.ts';
import { createHttpWorld, type HttpWorld } from '../../support/http-world.ts';
import { absentPool } from '../../support/projection-database.ts';
import { createWebhookIntake } from '../../../src/adapters/postgres/webhooks/postgres-webhook-intake.ts';
import { signatureOf, signedHeader, webhookBody } from '../../support/signed-webhook.ts';

const now = 1_790_000_005;
const day = 86_400;
const { secret, previousSecret } = testClient;
const body = webhookBody();
const good = signatureOf(secret, now, body);

let world: HttpWorld;
let http: TestHttp;
beforeAll(async () => {
  world = await createHttpWorld();
  http = await createTestHttp({ ...world.parts, webhooks: { ...world.parts.webhooks, clock: { now: () => instant(now * 1_000 + 500) } } });
});
afterAll(async () => {
  await http.close();
  await world.close();
});
beforeEach(async () => {
  await world.database.pool.query('truncate tiktok_connections.webhook_intake');
});

type Sent = Readonly<{ header?: string | undefined; text?: string; type?: string }>;
const send = ({ header, text = body, type = 'application/json' }: Sent) =>
  http.call({ method: 'POST', url: '/webhooks/tiktok', headers: { ...(type === '' ? {} : { 'content-type': type }), ...(header === undefined ? {} : { 'tiktok-signature': header }) }, payload: text });

const row = z.object({ event: z.string(), connection_id: z.string().nullable(), body: z.string().nullable(), due: z.boolean() });
const stored = async (): Promise<readonly z.infer<typeof row>[]> =>
  z.array(row).parse((await world.database.pool.query('select event, connection_id, body, due_at is not null as due from tiktok_connections.webhook_intake order by received_at')).rows);

const at = (seconds: number, clientSecret: string = secret): string => signedHeader(clientSecret, seconds, body);
/** The vector of the facts about TikTok: its secret, time, body and signature. */
const published = {
  text: '{"client_key":"awsimulated00001","event":"post.publish.complete","create_time":1790000000,"user_openid":"-000SimOpenIdAAAAAAAAAAAAAAAAAAAAAAA","content":"{\\"publish_id\\":\\"v_pub_file~v2-1.7600000000000000001\\",\\"publish_type\\":\\"DIRECT_PUBLISH\\"}"}',
  header: 't=1790000005,s=ecf4f56c86b55d9abd5bb50ac1b4246e85e29298551e3370b118a0dbbf180520',
};

const taken: readonly (readonly [string, Sent])[] = [
  ['the published vector', published],
  ['the present secret', { header: at(now) }],
  ['the former secret', { header: at(now, previousSecret) }],
  ['the parts in the other order', { header: `s=${good},t=${now}` }],
  ['a blank after the comma', { header: `t=${now}, s=${good}` }],
  ['blanks and tabs around everything', { header: ` \tt = ${now}\t , s =  ${good} ` }],
  ['upper-case hex', { header: `t=${now},s=${good.toUpperCase()}` }],
  ['a part nobody knows', { header: `t=${now},v=2,s=${good}` }],
  ['5 minutes ahead', { header: at(now + 300) }],
  ['7 days old', { header: at(now - 7 * day) }],
  ['no content type', { header: at(now), type: '' }],
  ['another content type', { header: at(now), type: 'text/plain' }],
  ['a content type with a charset', { header: at(now), type: 'application/json; charset=UTF-8' }],
];

const refused: readonly (readonly [string, Sent])[] = [
  ['no header', {}],
  ['an empty header', { header: '' }],
  ['only a time', { header: `t=${now}` }],
  ['only a signature', { header: `s=${good}` }],
  ['a bare signature', { header: good }],
  ['no time', { header: `t=,s=${good}` }],
  ['no signature', { header: `t=${now},s=` }],
  ['a comma too many', { header: `t=${now},s=${good},` }],
  ['a comma too many at the front', { header: `,t=${now},s=${good}` }],
  ['two times', { header: `t=${now},t=${now},s=${good}` }],
  ['two signatures, the first right', { header: `t=${now},s=${good},s=${'0'.repeat(64)}` }],
  ['two signatures, the second right', { header: `t=${now},s=${'0'.repeat(64)},s=${good}` }],
  ['the header twice, as it is joined', { header: `t=${now},s=${good}, t=${now},s=${good}` }],
  ['names in upper case', { header: `T=${now},S=${good}` }],
  ['a semicolon between', { header: `t=${now};s=${good}` }],
  ['colons for equals', { header: `t:${now},s:${good}` }],
  ['quotes around the signature', { header: `t=${now},s="${good}"` }],
  ['a signature cut by one', { header: `t=${now},s=${good.slice(0, -1)}` }],
  ['a signature longer by one', { header: `t=${now},s=${good}0` }],
  ['a signature cut by a byte', { header: `t=${now},s=${good.slice(0, -2)}` }],
  ['a signature with a letter that is no hex', { header: `t=${now},s=g${good.slice(1)}` }],
  ['a signature in base64', { header: `t=${now},s=${Buffer.from(good, 'hex').toString('base64')}` }],
  ['the first digit changed', { header: `t=${now},s=${good.startsWith('0') ? '1' : '0'}${good.slice(1)}` }],
  ['the last digit changed', { header: `t=${now},s=${good.slice(0, -1)}${good.endsWith('0') ? '1' : '0'}` }],
  ['all zeros', { header: `t=${now},s=${'0'.repeat(64)}` }],
  ['another secret', { header: at(now, 'a-secret-of-another-app') }],
  ['an empty secret', { header: at(now, ' ') }],
  ['another time than was signed', { header: `t=${now + 1},s=${good}` }],
  ['a time with a leading zero', { header: `t=0${now},s=${signatureOf(secret, `0${now}`, body)}` }],
  ['a time with a sign', { header: `t=+${now},s=${signatureOf(secret, `+${now}`, body)}` }],
  ['a negative time', { header: `t=-1,s=${signatureOf(secret, -1, body)}` }],
  ['a time with a fraction', { header: `t=${now}.5,s=${signatureOf(secret, `${now}.5`, body)}` }],
  ['a time in scientific notation', { header: `t=1e9,s=${signatureOf(secret, '1e9', body)}` }],
  ['a time in hex', { header: `t=0x6ab13b05,s=${signatureOf(secret, '0x6ab13b05', body)}` }],
  ['a time in milliseconds', { header: at(now * 1_000) }],
  ['a time of more digits than any', { header: `t=${'9'.repeat(40)},s=${signatureOf(secret, '9'.repeat(40), body)}` }],
  ['5 minutes and a second ahead', { header: at(now + 301) }],
  ['7 days and a second old', { header: at(now - 7 * day - 1) }],
  ['the year 1970', { header: at(1) }],
  ['another body than was signed', { header: at(now), text: webhookBody({ create_time: 1 }) }],
  ['the body with a blank more', { header: at(now), text: `${body} ` }],
  ['no body', { header: at(now), text: '' }],
  ['a header of 600 characters', { header: `t=${now},s=${good},v=${'1'.repeat(600)}` }],
];

describe('a signature of a webhook', () => {
  it.each(taken)('is taken: %s', async (_, sent) => {
    const answer = await send(sent);
    expect([answer.statusCode, answer.json()]).toEqual([200, { received: true }]);
    expect(await stored()).toHaveLength(1);
  });

  it.each(refused)('is refused: %s', async (_, sent) => {
    const answer = await send(sent);
    expect([answer.statusCode, problemIn(answer).code]).toEqual([401, 'unauthenticated']);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(await stored()).toEqual([]);
  });

  it('is over the bytes, whatever spelling of JSON they are', async () => {
    const text = `{ "client_key" : "awsimulated00001",\n "event":"authorization.removed", "n": 1.0e2, "k":"\\u00e4ä" }\n`;
    expect((await send({ text, header: signedHeader(secret, now, text) })).statusCode).toBe(200);
  });

  it('without a match is told in the log by its reason, never with the header or the body', async () => {
    await send({ header: at(now, 'a-secret-of-another-app') });
    expect(http.log()).toContain('The signature is not that of this body.');
    expect(http.log()).not.toContain('SimOpenId');
    expect(http.log()).not.toContain(signatureOf('a-secret-of-another-app', now, body));
  });
});

const signed = (fields: Readonly<Record<string, unknown>>): Sent => {
  const text = webhookBody(fields);
  return { text, header: signedHeader(secret, now, text) };
};
const raw = (text: string): Sent => ({ text, header: signedHeader(secret, now, text) });

describe('a signed webhook', () => {
  it.each([
    ['another app', signed({ client_key: 'awanother0000001' })],
    ['no app', signed({ client_key: undefined })],
    ['an app that is no text', signed({ client_key: 1 })],
    ['no JSON', raw('not json')],
    ['no object', raw('["awsimulated00001"]')],
    ['nothing', raw('')],
  ])('about %s is refused', async (_, sent) => {
    expect((await send(sent)).statusCode).toBe(401);
    expect(await stored()).toEqual([]);
  });

  it.each([
    ['of an unknown event', signed({ event: 'something.new' }), false],
    ['of a video', signed({ event: 'video.publish.completed' }), false],
    ['of portability, which names nobody', signed({ event: 'portability.download.ready', user_openid: undefined, content: '{"request_id":7600000000000000001}' }), false],
    ['without an event', signed({ event: undefined }), false],
    ['with fields nobody knows', signed({ more: { of: ['it'] } }), true],
    ['with odd fields', signed({ user_openid: 7, create_time: 'soon', content: '{' }), true],
    ['of a publication, kept for the version that knows what to do', signed({ event: 'post.publish.publicly_available' }), true],
    ['of a removed authorization', signed({}), true],
  ])('%s is stored and answered 200', async (_, sent, due) => {
    expect((await send(sent)).statusCode).toBe(200);
    expect((await stored()).map((each) => each.due)).toEqual([due]);
  });

  it('is stored once, however often and with whatever time stamp it comes', async () => {
    const times = [now, now - 5, now - day, now];
    const answers = await Promise.all(times.map((time) => send({ header: at(time) })));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);
    expect(await stored()).toHaveLength(1);
  });

  it('is stored sealed, by the connection that it is about', async () => {
    await send({ header: at(now) });
    const [only] = await stored();
    expect(only?.body).toMatch(/^s1\./);
    expect(only?.body).not.toContain('SimOpenId');
    expect(only?.connection_id).toMatch(/^[0-9a-f-]{36}$/);
    const dump = JSON.stringify((await world.database.pool.query('select * from tiktok_connections.webhook_intake')).rows);
    expect(dump).not.toContain('SimOpenId');
  });

  it('loses its body when the person it is about is erased, and is recognised all the same', async () => {
    await send({ header: at(now) });
    await send(signed({ user_openid: 'somebody else' }));
    const [about] = await stored();
    await world.database.pool.query(
      `insert into tiktok_connections.data_key_fences (connection_id, life, purpose, because) values ($1, 1, 'profile', 'erased')`,
      [about?.connection_id],
    );
    expect((await stored()).map((each) => each.body === null)).toEqual([true, false]);
    expect((await send({ header: at(now) })).statusCode).toBe(200);
    expect(await stored()).toHaveLength(2);
  });

  it('of exactly 1 MiB is taken, of one byte more refused with 413', async () => {
    const filled = (bytes: number): string => {
      const frame = webhookBody({ padding: '' });
      return frame.replace('"padding":""', `"padding":"${'x'.repeat(bytes - frame.length)}"`);
    };
    expect((await send(raw(filled(1_048_576)))).statusCode).toBe(200);
    const answer = await send(raw(filled(1_048_577)));
    expect([answer.statusCode, problemIn(answer).code]).toEqual([413, 'too_large']);
    expect(await stored()).toHaveLength(1);
  });

  it('is answered with 503 while it cannot be stored, so that TikTok sends it again', async () => {
    const pool = absentPool();
    const cut = await createTestHttp({ ...world.parts, webhooks: { ...world.parts.webhooks, clock: { now: () => instant(now * 1_000) }, intake: createWebhookIntake(pool) } });
    const answer = await cut.call({ method: 'POST', url: '/webhooks/tiktok', headers: { 'tiktok-signature': at(now) }, payload: body });
    expect([answer.statusCode, problemIn(answer).code]).toEqual([503, 'unavailable']);
    await cut.close();
    await pool.end();
  });
});
