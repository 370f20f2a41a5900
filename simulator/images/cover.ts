import type { Answer } from '../wire/answer.ts';
import type { Call } from '../wire/call.ts';
import type { Endpoint, Simulation } from '../wire/endpoint.ts';
import { forbiddenImage, imageAnswer } from './image-answer.ts';
import { isSigned, signedQuery } from './signed-url.ts';
import { hueOf } from './svg.ts';

const lifetimeSeconds = 6 * 3_600;

/** The signed address of a video's static cover. */
export function coverUrl({ world, publicUrl }: Simulation, call: Call, videoId: string): string {
  const path = `/images/covers/${videoId}.svg`;
  return `${publicUrl()}${path}?${signedQuery(world, call, path, lifetimeSeconds)}`;
}

export const coverEndpoint: Endpoint = {
  method: 'GET',
  path: '/images/covers/:file',
  name: () => 'cover',
  handle: ({ world }, call): Answer => {
    const videoId = /^\/images\/covers\/(\d{19})\.svg$/.exec(call.path)?.[1];
    if (videoId === undefined || !isSigned(world, call)) return forbiddenImage();
    const hue = hueOf(videoId);
    return imageAnswer(`<svg xmlns="http://www.w3.org/2000/svg" width="360" height="640" viewBox="0 0 36 64">
<rect width="36" height="64" fill="hsl(${hue},45%,30%)"/><circle cx="18" cy="32" r="8" fill="hsl(${(hue + 180) % 360},60%,60%)"/><path d="M16 28.5l6 3.5-6 3.5z" fill="#fff"/>
</svg>`);
  },
};
