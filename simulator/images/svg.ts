import { createHash } from 'node:crypto';

/** A hue in degrees that always goes with the same name. */
export const hueOf = (name: string): number => createHash('sha256').update(name).digest().readUInt16BE(20) % 360;

export const svgText = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
