import type { Answer } from '../wire/answer.ts';
import type { Call } from '../wire/call.ts';
import type { Endpoint, Simulation } from '../wire/endpoint.ts';
import type { SimulatedAccount } from '../world/account.ts';
import { forbiddenImage, imageAnswer } from './image-answer.ts';
import { signedQuery, isSigned } from './signed-url.ts';
import { hueOf, svgText } from './svg.ts';

const lifetimeSeconds = 2 * 86_400;

/** The signed address of an account's picture. Its path changes only when the person changes the picture. */
export function avatarUrl(simulation: Simulation, call: Call, account: SimulatedAccount, size: string, seconds = lifetimeSeconds): string {
  return simulation.publicUrl() + avatarPath(simulation, call, account, size, seconds);
}

/** The same for the simulator's own pages, relative to its origin. */
export function avatarPath({ world }: Simulation, call: Call, account: SimulatedAccount, size: string, seconds = lifetimeSeconds): string {
  const path = `/images/avatars/${account.id}/${account.avatarVersion}/${size}.svg`;
  return `${path}?${signedQuery(world, call, path, seconds)}`;
}

export const avatarEndpoint: Endpoint = {
  method: 'GET',
  path: '/images/avatars/:account/:version/:file',
  name: () => 'avatar',
  handle: ({ world }, call): Answer => {
    const [, , , accountId = '', version = '', file = ''] = call.path.split('/');
    const account = world.accounts.get(accountId);
    const side = /^(\d{2,3})x\1\.svg$/.exec(file)?.[1];
    if (account === undefined || side === undefined || !isSigned(world, call)) return forbiddenImage();
    return imageAnswer(portrait(account, Number(version), side));
  },
};

function portrait(account: SimulatedAccount, version: number, side: string): string {
  const hue = (hueOf(account.id) + 67 * version) % 360;
  const initial = [...account.displayName][0]?.toUpperCase() ?? '?';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 100 100">
<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="hsl(${hue},62%,42%)"/><stop offset="1" stop-color="hsl(${(hue + 48) % 360},68%,26%)"/></linearGradient></defs>
<rect width="100" height="100" fill="url(#g)"/>
<text x="50" y="50" dy="0.36em" text-anchor="middle" font-family="system-ui, sans-serif" font-size="48" font-weight="600" fill="#fff">${svgText(initial)}</text>
</svg>`;
}
