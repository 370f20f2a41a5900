// C0, DEL and C1 steer a terminal; the others reorder or break what a person sees.
const steering = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Text from outside as one line that no terminal takes for a command. */
export const printable = (text: string): string => text.replace(steering, escaped);

/** Columns under their headings, as wide as their widest cell. */
export const table = (headings: readonly string[], rows: readonly (readonly string[])[]): readonly string[] => {
  const cells = [headings, ...rows].map((row) => row.map(printable));
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  return cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd());
};

/** `1 event`, `2 events`. */
export const count = (number: number, noun: string): string => `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
