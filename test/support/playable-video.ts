/** One VP8 key frame of 360 × 640 pixels in one colour. */
const frame = Buffer.from(
  '8DUAnQEqaAGAAj8RiMFaLCknJCAIAYAiCWlu4XdhG0AJ7EpopopopopopopkR8JopopopopopopkPfbJyHvtk5D4D9LteLk5D32ycj/nk5D32y' +
  'ch77ZjLT2ych77ZOQ+A/S7Xi5OQ99snI/55OQ99snIe+2Yy09snIe+2TkPgP0u14uTkPfbJyP+eTkPfbJyHvtmMtPbJyHvtk5D4D9LteLk5D32' +
  'ycj/nk5D32ych77ZjLT2ych77ZOQ+A/S7Xi5OQ99snI/55OQ99snIe+2Yy09snIe+2TkPgP0u14uTkPfbJyP+eTkPfbJyHvtmMtPbJyHvtk5D4' +
  'D9LteLk5D32ycj/nk5D32ych77ZjLT2ych77ZOQ+A/S7Xi5OQ99snI/55OQ99snIe+2Yy09snIe+2TkPgP0u14uTkPfbJyP+eTkPfbJyHvtmMt' +
  'PbJyHvtk5D4D9LteLk5D32ycj/nk5D32ych77ZjLT2ych77ZOQ+A/S7Xi5OQ99snI/55OQ99snIe+2Yy09snIe+2TkPgP0u14uTkPfbJyP+eTk' +
  'PfbJyHvtmMtPbJyHvtk5D4D9LteLk5D32yYgAA/v+UCXfoP//Dn2x+9kXI0ADQANAA0ADQANAAz1HQIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' +
  'AA==',
  'base64',
);

const sized = (bytes: number): Buffer => {
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE((1n << 56n) | BigInt(bytes));
  return size;
};

const element = (id: string, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(id, 'hex'), sized(body.length), body]);
};

const whole = (value: number): Buffer => Buffer.from(value.toString(16).padStart(8, '0'), 'hex');

const decimal = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
};

const framesPerSecond = 25;

/** A frame at the beginning of its cluster. */
const cluster = (millis: number): Buffer => element('1f43b675', element('e7', whole(millis)), element('a3', Buffer.from([0x81, 0, 0, 0x80]), frame));

/**
 * A WebM file that browsers play, of that length, with 25 frames a second.
 * @param fill bytes of nothing in it, for a file of some size
 */
export const playableVideo = (seconds: number, fill = 0): Buffer => {
  const track = element(
    'ae',
    element('d7', whole(1)),
    element('73c5', whole(1)),
    element('83', whole(1)),
    element('86', Buffer.from('V_VP8')),
    element('e0', element('b0', whole(360)), element('ba', whole(640))),
  );
  const frames = Array.from({ length: seconds * framesPerSecond }, (_, index) => cluster((index * 1_000) / framesPerSecond));
  return Buffer.concat([
    element('1a45dfa3', element('4282', Buffer.from('webm')), element('4287', whole(2)), element('4285', whole(2))),
    element(
      '18538067',
      element('1549a966', element('2ad7b1', whole(1_000_000)), element('4489', decimal(seconds * 1_000))),
      element('1654ae6b', track),
      ...(fill === 0 ? [] : [element('ec', Buffer.alloc(fill))]),
      ...frames,
    ),
  ]);
};
