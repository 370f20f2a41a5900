/** Of all files that come in together. */
const mostGarbageBytes = 4_194_304;

let garbageBytes = 0;

/**
 * A piece of a file has been copied, and nobody needs it any more. Pieces lie outside V8's heap, which sees little reason to
 * collect them and lets tens of megabytes gather. Collecting young objects is cheap, as few of them live on.
 * Node has to be started with `--expose-gc`, as `npm start` and the image do; without it V8 collects when it likes.
 */
export const pieceTaken = (bytes: number): void => {
  garbageBytes += bytes;
  if (garbageBytes < mostGarbageBytes) return;
  garbageBytes = 0;
  globalThis.gc?.({ type: 'minor' });
};
