import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAddressRules } from '../../../src/adapters/outbound/address-rules.ts';

const isPublic = (url: string): boolean => createAddressRules([]).isPublic(url);

describe('an address that may be public', () => {
  it.each([
    'https://media.example.com/spring.mp4',
    'https://media.example.com:8443/spring.mp4?signature=a%2Fb',
    'HTTPS://MEDIA.EXAMPLE.COM/a',
    'https://media.example.com./a',
    'https://93.184.216.34/a',
    'https://[2606:2800:220:1:248:1893:25c8:1946]/a',
    'https://münchen.example.com/a',
    'https://localhost.example.com/a',
    'https://internal-media.example.com/@ada/a',
    'https://media.example.com/?next=http://127.0.0.1/',
    'https://media.example.com/a@b',
  ])('%s', (url) => {
    expect(isPublic(url)).toBe(true);
  });
});

describe('an address that is not a public one', () => {
  it.each([
    ['without encryption', 'http://media.example.com/a'],
    ['of another scheme', 'ftp://media.example.com/a'],
    ['a file', 'file:///etc/passwd'],
    ['data', 'data:video/mp4;base64,AAAA'],
    ['relative', '/a'],
    ['without a scheme', '//media.example.com/a'],
    ['nothing', ''],
    ['a scheme alone', 'https://'],
    ['one slash', 'https:/127.0.0.1/a'],
    ['no slash', 'https:127.0.0.1/a'],
    ['three slashes', 'https:///127.0.0.1/a'],
    ['backslashes', 'https:\\\\127.0.0.1\\a'],
    ['a backslash in the host', 'https://media.example.com\\@127.0.0.1/'],
    ['a blank before it', ' https://media.example.com/a'],
    ['a tab in it', 'https://127.0.0\t.1/a'],
    ['a line break in it', 'https://media.example.com/\r\nHost: x'],
    ['a zero byte in it', 'https://127.0.0.1\u0000.example.com/'],
    ['a user', 'https://ada@media.example.com/a'],
    ['a user and a password', 'https://ada:b@media.example.com/a'],
    ['an empty user', 'https://@media.example.com/a'],
    ['a host as the user', 'https://media.example.com@127.0.0.1/a'],
    ['localhost', 'https://localhost/a'],
    ['LOCALHOST.', 'https://LOCALHOST./a'],
    ['below localhost', 'https://a.localhost/a'],
    ['.local', 'https://printer.local/a'],
    ['.local.', 'https://printer.local./a'],
    ['.internal', 'https://metadata.google.internal/a'],
    ['.home.arpa', 'https://nas.home.arpa/a'],
    ['.lan', 'https://nas.lan/a'],
    ['one label', 'https://intranet/a'],
    ['loopback', 'https://127.0.0.1/a'],
    ['loopback of another number', 'https://127.9.9.9/a'],
    ['loopback with a dot', 'https://127.0.0.1./a'],
    ['loopback in two parts', 'https://127.1/a'],
    ['loopback as a number', 'https://2130706433/a'],
    ['loopback in octal', 'https://0177.0.0.1/a'],
    ['loopback in hex', 'https://0x7f000001/a'],
    ['loopback in hex parts', 'https://0x7f.0x0.0x0.0x1/a'],
    ['loopback in wide digits', 'https://１２７.０.０.１/a'],
    ['loopback in circled digits', 'https://①②⑦.⓪.⓪.①/a'],
    ['loopback with other dots', 'https://127。0。0。1/a'],
    ['loopback in escapes', 'https://%31%32%37.0.0.1/a'],
    ['unspecified', 'https://0.0.0.0/a'],
    ['zero', 'https://0/a'],
    ['ten', 'https://10.1.2.3/a'],
    ['172.16', 'https://172.31.255.254/a'],
    ['192.168', 'https://192.168.0.1/a'],
    ['link-local metadata', 'https://169.254.169.254/latest/meta-data/'],
    ['link-local metadata in hex', 'https://0xa9fea9fe/latest/'],
    ['carrier-grade NAT', 'https://100.64.0.1/a'],
    ['benchmarks', 'https://198.18.0.1/a'],
    ['documentation', 'https://192.0.2.1/a'],
    ['multicast', 'https://224.0.0.1/a'],
    ['reserved', 'https://240.0.0.1/a'],
    ['broadcast', 'https://255.255.255.255/a'],
    ['IPv6 loopback', 'https://[::1]/a'],
    ['IPv6 loopback in full', 'https://[0:0:0:0:0:0:0:1]/a'],
    ['IPv6 unspecified', 'https://[::]/a'],
    ['IPv4-mapped', 'https://[::ffff:127.0.0.1]/a'],
    ['IPv4-mapped in hex', 'https://[::ffff:7f00:1]/a'],
    ['IPv4-mapped public', 'https://[::ffff:93.184.216.34]/a'],
    ['IPv4-compatible', 'https://[::127.0.0.1]/a'],
    ['NAT64', 'https://[64:ff9b::7f00:1]/a'],
    ['6to4', 'https://[2002:7f00:1::]/a'],
    ['Teredo', 'https://[2001:0:7f00:1::]/a'],
    ['unique local', 'https://[fd00::1]/a'],
    ['link-local', 'https://[fe80::1]/a'],
    ['with a zone', 'https://[fe80::1%25eth0]/a'],
    ['site-local', 'https://[fec0::1]/a'],
    ['IPv6 multicast', 'https://[ff02::1]/a'],
    ['IPv6 documentation', 'https://[2001:db8::1]/a'],
    ['very long', `https://media.example.com/${'a'.repeat(2_048)}`],
    ['half a character', 'https://media.example.com/\ud800'],
  ])('%s', (_, url) => {
    expect(isPublic(url)).toBe(false);
  });

  it('is told by whatever number it is, in whatever spelling', () => {
    const spellings = (address: number): readonly string[] => {
      const parts = [24, 16, 8, 0].map((shift) => (address >>> shift) & 255);
      const [a = 0, b = 0, c = 0, d = 0] = parts;
      return [
        parts.join('.'),
        String(address >>> 0),
        `0x${(address >>> 0).toString(16)}`,
        `0${(address >>> 0).toString(8)}`,
        parts.map((part) => `0x${part.toString(16)}`).join('.'),
        parts.map((part) => `0${part.toString(8)}`).join('.'),
        `${a}.${b}.${(c << 8) | d}`,
        `${a}.${(b << 16) | (c << 8) | d}`,
        `${parts.join('.')}.`,
        parts.map((part) => [...String(part)].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join('')).join('。'),
      ];
    };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (address) => {
        const judged = spellings(address).map((host) => isPublic(`https://${host}/a`));
        expect(new Set(judged).size).toBe(1);
      }),
      { numRuns: 500, examples: [[0x7f000001], [0x0a000001], [0xa9fea9fe], [0xc0a80101], [0x08080808]] },
    );
  });

  it('is told inside every private network', () => {
    const networks: readonly (readonly [base: number, bits: number])[] = [
      [0x0a000000, 8],
      [0x7f000000, 8],
      [0xa9fe0000, 16],
      [0xac100000, 12],
      [0xc0a80000, 16],
      [0x64400000, 10],
    ];
    fc.assert(
      fc.property(fc.constantFrom(...networks), fc.integer({ min: 0, max: 0xffff_ffff }), ([base, bits], random) => {
        const address = (base | (random >>> bits)) >>> 0;
        expect(isPublic(`https://${address}/a`)).toBe(false);
        expect(isPublic(`https://[::ffff:${(address >>> 16).toString(16)}:${(address & 0xffff).toString(16)}]/a`)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('is told without ever failing, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => `https://${String.fromCharCode(...units)}`), fc.string().map((text) => `https://${text}`)), (text) => {
        expect(typeof isPublic(text)).toBe('boolean');
      }),
      { numRuns: 500 },
    );
  });
});

describe('an address that TikTok may pull from', () => {
  const isVerified = (url: string): boolean => createAddressRules(['static.example.com', 'https://cdn.example.net/videos/']).isVerified(url);

  it.each([
    'https://static.example.com/a.mp4',
    'https://video.static.example.com/a.mp4',
    'https://STATIC.example.com/a.mp4?signature=x',
    'https://static.example.com./a.mp4',
    'https://cdn.example.net/videos/a.mp4',
    'https://cdn.example.net/videos/2026/a.mp4?x=1',
    'https://CDN.example.net/videos/a.mp4',
    'https://cdn.example.net/other/../videos/a.mp4',
  ])('lies under what is verified: %s', (url) => {
    expect(isVerified(url)).toBe(true);
  });

  it.each([
    'https://example.com/a.mp4',
    'https://notstatic.example.com/a.mp4',
    'https://static.example.com.evil.example/a.mp4',
    'https://evil.example/static.example.com/a.mp4',
    'http://static.example.com/a.mp4',
    'https://static.example.com@evil.example/a.mp4',
    'https://static.example.com:b@evil.example/a.mp4',
    'https://static.example.com\\.evil.example/a.mp4',
    'https://cdn.example.net/videos',
    'https://cdn.example.net/video/a.mp4',
    'https://cdn.example.net/videosevil/a.mp4',
    'https://cdn.example.net/videos/../secret.mp4',
    'https://cdn.example.net/videos/%2e%2e/secret.mp4',
    'https://sub.cdn.example.net/videos/a.mp4',
    'https://cdn.example.net:8443/videos/a.mp4',
    'https://93.184.216.34/a.mp4',
    'not an address',
  ])('does not: %s', (url) => {
    expect(isVerified(url)).toBe(false);
  });

  it('lies nowhere while nothing is verified', () => {
    expect(createAddressRules([]).isVerified('https://static.example.com/a.mp4')).toBe(false);
  });

  it('is under a domain exactly when its host is that domain or ends in it', () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
    const name = fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => labels.join('.'));
    fc.assert(
      fc.property(name, fc.option(label), fc.option(label), (domain, before, after) => {
        const rules = createAddressRules([domain]);
        expect(rules.isVerified(`https://${before === null ? '' : `${before}.`}${domain}/a`)).toBe(true);
        if (before !== null) expect(rules.isVerified(`https://${before}${domain}/a`)).toBe(false);
        if (after !== null && after !== domain) expect(rules.isVerified(`https://${domain}.${after}/a`)).toBe(`${domain}.${after}`.endsWith(`.${domain}`));
      }),
      { numRuns: 500 },
    );
  });
});
