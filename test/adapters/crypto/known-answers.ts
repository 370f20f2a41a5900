export type KnownAnswer = Readonly<{
  source: string;
  key: string;
  iv: string;
  plain: string;
  associated: string;
  ciphertext: string;
  tag: string;
}>;

const mcGrewViega = 'McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)", appendix B, test case';
const cavp = 'NIST CAVP, gcmtestvectors, gcmEncryptExtIV256.rsp, first vector of';

const key15 = 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308';
const plain15 =
  'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
  '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255';
const ciphertext15 =
  '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa' +
  '8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad';

/** Published AES-256-GCM figures with vectors of 96 bits and tags of 128 bits; all values in hex. */
export const knownAnswers: readonly KnownAnswer[] = [
  {
    source: `${mcGrewViega} 13`,
    key: '00'.repeat(32),
    iv: '00'.repeat(12),
    plain: '',
    associated: '',
    ciphertext: '',
    tag: '530f8afbc74536b9a963b4f1c4cb738b',
  },
  {
    source: `${mcGrewViega} 14`,
    key: '00'.repeat(32),
    iv: '00'.repeat(12),
    plain: '00'.repeat(16),
    associated: '',
    ciphertext: 'cea7403d4d606b6e074ec5d3baf39d18',
    tag: 'd0d1c8a799996bf0265b98b5d48ab919',
  },
  {
    source: `${mcGrewViega} 15`,
    key: key15,
    iv: 'cafebabefacedbaddecaf888',
    plain: plain15,
    associated: '',
    ciphertext: ciphertext15,
    tag: 'b094dac5d93471bdec1a502270e3cc6c',
  },
  {
    source: `${mcGrewViega} 16`,
    key: key15,
    iv: 'cafebabefacedbaddecaf888',
    plain: plain15.slice(0, 120),
    associated: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
    ciphertext: ciphertext15.slice(0, 120),
    tag: '76fc6ece0f4e1768cddf8853bb2d551b',
  },
  {
    source: `${cavp} [PTlen = 0, AADlen = 0]`,
    key: 'b52c505a37d78eda5dd34f20c22540ea1b58963cf8e5bf8ffa85f9f2492505b4',
    iv: '516c33929df5a3284ff463d7',
    plain: '',
    associated: '',
    ciphertext: '',
    tag: 'bdc1ac884d332457a1d2664f168c76f0',
  },
  {
    source: `${cavp} [PTlen = 128, AADlen = 0]`,
    key: '31bdadd96698c204aa9ce1448ea94ae1fb4a9a0b3c9d773b51bb1822666b8f22',
    iv: '0d18e06c7c725ac9e362e1ce',
    plain: '2db5168e932556f8089a0622981d017d',
    associated: '',
    ciphertext: 'fa4362189661d163fcd6a56d8bf0405a',
    tag: 'd636ac1bbedd5cc3ee727dc2ab4a9489',
  },
];
