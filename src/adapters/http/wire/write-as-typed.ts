/**
 * Writes a body without checking it against its schema once more: a fifth of what answering costs. For bodies that one
 * typed function builds field by field.
 */
export const writeAsTyped = () => JSON.stringify;
