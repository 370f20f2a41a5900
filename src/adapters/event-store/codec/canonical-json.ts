const integerLike = /^(0|[1-9]\d*)$/;

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

const refuse = (path: string, what: string): never => {
  throw new TypeError(`${path} holds ${what}, which has no one spelling in JSON`);
};

const spell = (value: unknown, path: string): string => {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'number':
      return Number.isFinite(value) ? JSON.stringify(value) : refuse(path, 'a number that is not finite');
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${value.map((item, index) => spell(item, `${path}[${index}]`)).join()}]`;
      return isPlain(value) ? spellObject(value, path) : refuse(path, 'an object of a class');
    default:
      return refuse(path, `a value of type ${typeof value}`);
  }
};

const spellObject = (value: object, path: string): string => {
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const members = entries.map(([key, item]) => {
    if (integerLike.test(key)) refuse(path, 'a key that looks like an integer');
    return `${JSON.stringify(key)}:${spell(item, `${path}.${key}`)}`;
  });
  return `{${members.join()}}`;
};

/**
 * JSON with sorted keys: equal values give equal text, and `JSON.stringify(JSON.parse(text))` gives the same text again,
 * which a store that parses what it keeps relies on. Throws a TypeError for what would not survive that: keys that look
 * like integers (they would be reordered), undefined, numbers that are not finite, objects of a class.
 */
export const canonicalJson = (value: unknown): string => spell(value, 'value');
