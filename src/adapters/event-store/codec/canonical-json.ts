const integerLike = /^(0|[1-9]\d*)$/;

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

const refuse = (name: string, what: string): never => {
  throw new TypeError(`${name} holds ${what}, which has no one spelling in JSON`);
};

/** @param name the key that the value stands under, for the message of a refusal */
const spell = (value: unknown, name: string): string => {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'number':
      return Number.isFinite(value) ? JSON.stringify(value) : refuse(name, 'a number that is not finite');
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${value.map((item) => spell(item, name)).join()}]`;
      return isPlain(value) ? spellObject(value, name) : refuse(name, 'an object of a class');
    default:
      return refuse(name, `a value of type ${typeof value}`);
  }
};

const spellObject = (value: object, name: string): string => {
  let members = '';
  for (const [key, item] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (integerLike.test(key)) refuse(name, 'a key that looks like an integer');
    members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${spell(item, key)}`;
  }
  return `{${members}}`;
};

/**
 * JSON with sorted keys: equal values give equal text, and `JSON.stringify(JSON.parse(text))` gives the same text again,
 * which a store that parses what it keeps relies on. Throws a TypeError for what would not survive that: keys that look
 * like integers (they would be reordered), undefined, numbers that are not finite, objects of a class.
 */
export const canonicalJson = (value: unknown): string => spell(value, 'the value');
