/** Every value of every parameter of an address, each decoded once. */
export const rawQuery = (url: string): Readonly<Record<string, readonly string[]>> => {
  const start = url.indexOf('?');
  const parameters = new URLSearchParams(start === -1 ? '' : url.slice(start + 1));
  return Object.fromEntries([...new Set(parameters.keys())].map((name) => [name, parameters.getAll(name)]));
};
