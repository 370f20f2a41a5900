/** @returns null unless `text` is the one spelling of its bytes: no padding, no other alphabet, no stray final bits */
export const parseBase64Url = (text: string): Buffer | null => {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
};
