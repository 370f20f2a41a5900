/** The element of this id; null where this kind of page has none. */
export const element = (id) => document.getElementById(id);
