import { statusMessages, streams } from './eventstoredb-stand-in/wire.ts';

const framing = 5;

const framed = (message: Uint8Array): Buffer => {
  const head = Buffer.alloc(framing);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
};

/** @returns takes bytes as they come and answers the messages that are whole with them, framed as they came */
const wholeMessages = (): ((bytes: Buffer) => readonly Buffer[]) => {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    const whole: Buffer[] = [];
    while (rest.length >= framing && rest.length >= framing + rest.readUInt32BE(1)) {
      const end = framing + rest.readUInt32BE(1);
      whole.push(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    return whole;
  };
};

/** What becomes of one call: it passes, is refused, or is where trouble begins, before the store has seen it or with its answer. */
export type Fate = 'passes' | 'refused' | 'before' | 'after';

/** Bytes of one call on their ways; what is not passed is lost. */
export type Ways = Readonly<{
  toStore: (bytes: Buffer, pass: (bytes: Buffer) => void, answer: (bytes: Buffer) => void) => void;
  toClient: (bytes: Buffer, pass: (bytes: Buffer) => void) => void;
}>;

/** As the store says it of an append that it did not take up. */
const refusalOf = (request: InstanceType<typeof streams.BatchAppendReq>): Buffer => {
  const answer = new streams.BatchAppendResp().setCorrelationId(request.getCorrelationId()).setError(new statusMessages.Status().setMessage('Server Is Not Ready'));
  return framed(answer.serializeBinary());
};

/** One stream that carries many appends: each of them is a call. */
export const waysOfAppends = (fateOf: (stream: string) => Fate, strike: () => void): Ways => {
  const losing = new Set<string>();
  const [requests, answers] = [wholeMessages(), wholeMessages()];
  return {
    toStore: (bytes, pass, answer) => {
      for (const frame of requests(bytes)) {
        const request = streams.BatchAppendReq.deserializeBinary(frame.subarray(framing));
        const fate = fateOf(Buffer.from(request.getOptions()?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8'));
        if (fate === 'before') return strike();
        if (fate === 'after') losing.add(request.getCorrelationId()?.getString() ?? '');
        if (fate === 'refused') answer(refusalOf(request));
        else pass(frame);
      }
    },
    toClient: (bytes, pass) => {
      for (const frame of answers(bytes)) {
        const answer = streams.BatchAppendResp.deserializeBinary(frame.subarray(framing));
        if (losing.has(answer.getCorrelationId()?.getString() ?? '')) return strike();
        pass(frame);
      }
    },
  };
};
