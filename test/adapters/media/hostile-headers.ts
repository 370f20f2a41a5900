const u32 = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32BE(value, index * 4));
  return bytes;
};

export const box = (type: string, ...content: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  return Buffer.concat([u32(8 + body.byteLength), Buffer.from(type, 'latin1'), body]);
};

const ftyp = box('ftyp', Buffer.from('isom'), u32(512), Buffer.from('isomiso2avc1mp41'));
const unity = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);
const matrices: Readonly<Record<0 | 90, Buffer>> = { 0: unity, 90: u32(0, 0x10000, 0, 0xffff0000, 0, 0, 0, 0, 0x40000000) };

export type Tables = Readonly<{ stts: Buffer; stsz: Buffer; stsc?: Buffer; stco?: Buffer; ctts?: Buffer }>;

/** Time to sample: so many samples of so many ticks. */
export const stts = (...entries: readonly (readonly [count: number, ticks: number])[]): Buffer => box('stts', u32(0, entries.length, ...entries.flat()));
/** Sizes of samples: all the same. */
export const stsz = (size: number, count: number): Buffer => box('stsz', u32(0, size, count));

const avcC = Buffer.from([1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 4, 0x67, 0x64, 0, 0x1f, 1, 0, 4, 0x68, 0xee, 0x3c, 0x80]);

const sampleEntry = (width: number, height: number): Buffer => {
  const size = Buffer.alloc(4);
  size.writeUInt16BE(width, 0);
  size.writeUInt16BE(height, 2);
  return box('avc1', u32(0), u32(1), Buffer.alloc(16), size, u32(0x480000, 0x480000, 0), Buffer.from([0, 1]), Buffer.alloc(32), Buffer.from([0, 24, 0xff, 0xff]), box('avcC', avcC));
};

export type Movie = Readonly<{ timescale?: number; duration?: number; width?: number; height?: number; turned?: 0 | 90; tables: Tables }>;

/** An MP4 by hand, after ISO/IEC 14496-12: one AVC track, no sound, sample data that mean nothing. */
export const movie = ({ timescale = 30, duration = 90, width = 720, height = 1280, turned = 0, tables }: Movie): Buffer => {
  const { stsc = box('stsc', u32(0, 1, 1, 90, 1)), stco = box('stco', u32(0, 1, 32)) } = tables;
  const stbl = box('stbl', box('stsd', u32(0, 1), sampleEntry(width, height)), tables.stts, ...(tables.ctts === undefined ? [] : [tables.ctts]), stsc, tables.stsz, stco);
  const minf = box('minf', box('vmhd', u32(1, 0, 0)), box('dinf', box('dref', u32(0, 1), box('url ', u32(1)))), stbl);
  const mdhd = box('mdhd', u32(0, 0, 0, timescale, duration, 0x55c40000));
  const hdlr = box('hdlr', u32(0, 0), Buffer.from('vide'), u32(0, 0, 0), Buffer.from('v\0'));
  const tkhd = box('tkhd', u32(3, 0, 0, 1, 0, duration, 0, 0, 0, 0), matrices[turned], u32(width << 16, height << 16));
  const mvhd = box('mvhd', u32(0, 0, 0, timescale, duration, 0x10000, 0x1000000, 0, 0), unity, u32(0, 0, 0, 0, 0, 0, 2));
  return Buffer.concat([ftyp, box('mdat', Buffer.alloc(90 * 24)), box('moov', mvhd, box('trak', tkhd, box('mdia', mdhd, hdlr, minf)))]);
};

const most = 0xffff_ffff;
const nested = (type: string, depth: number): Buffer => Array.from({ length: depth }).reduce<Buffer>((inner) => box(type, inner), Buffer.alloc(0));

/** Files of a few kilobytes that claim more than there is, or never end. */
export const hostileFiles: Readonly<Record<string, () => Buffer>> = {
  'four thousand million samples of one size': () => movie({ tables: { stts: stts([most, 1]), stsz: stsz(24, most), stsc: box('stsc', u32(0, 1, 1, most, 1)) } }),
  'four thousand million samples in one chunk each': () =>
    movie({ tables: { stts: stts([most, 1]), stsz: stsz(1, most), stsc: box('stsc', u32(0, 1, 1, 1, 1)), stco: box('stco', u32(0, most)) } }),
  'tables that claim more entries than there are bytes': () =>
    movie({ tables: { stts: box('stts', u32(0, most)), stsz: box('stsz', u32(0, 0, most)), ctts: box('ctts', u32(0, most)) } }),
  'eight hundred runs of sixteen million samples': () =>
    movie({ tables: { stts: stts(...Array.from({ length: 800 }, (_, run) => [1 << 24, run + 1] as const)), stsz: stsz(1, most) } }),
  'composition offsets for four thousand million samples': () =>
    movie({ tables: { stts: stts([most, 1]), stsz: stsz(1, most), ctts: box('ctts', u32(0, 1, most, 7)) } }),
  'boxes within boxes': () => Buffer.concat([ftyp, nested('moov', 800)]),
  'tracks within tracks': () => Buffer.concat([ftyp, box('moov', nested('trak', 800))]),
  'nothing but empty boxes': () => Buffer.concat([ftyp, ...Array.from({ length: 800 }, () => box('free'))]),
  'boxes of no length': () => Buffer.concat([ftyp, Buffer.alloc(6_900)]),
  'a box of a length below its own header': () => Buffer.concat([ftyp, u32(4), Buffer.from('moov'), Buffer.alloc(6_000)]),
  'a box as long as four thousand million bytes': () => Buffer.concat([ftyp, u32(most), Buffer.from('moov'), Buffer.alloc(6_000)]),
  'a 64-bit length beyond any file': () => Buffer.concat([ftyp, u32(1), Buffer.from('moov'), u32(0x7fff_ffff, most), Buffer.alloc(6_000)]),
  'a WebM whose elements have no length': () =>
    Buffer.concat([
      Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d42878104428581021853806701ffffffffffffff', 'hex'),
      ...Array.from({ length: 500 }, () => Buffer.from('1f43b67501ffffffffffffff', 'hex')),
    ]),
  'a WebM of nothing': () => Buffer.concat([Buffer.from('1a45dfa3', 'hex'), Buffer.alloc(6_900, 0x80)]),
};
