import { coverPicker } from './cover.js';
import { addressesIn, say } from './post-form.js';
import { element } from './page-elements.js';

const types = new Set(['video/mp4', 'video/quicktime', 'video/webm']);
const byEnding = { mp4: 'video/mp4', m4v: 'video/mp4', mov: 'video/quicktime', webm: 'video/webm' };

/** What TikTok will be told the file is; null for what TikTok does not take. */
export const mediaTypeOf = ({ name, type }) => {
  if (types.has(type)) return type;
  return byEnding[name.toLowerCase().split('.').at(-1)] ?? null;
};

const sizeWords = (bytes) => (bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`);

const durationWords = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

const problemOf = (about, file, seconds) => {
  if (mediaTypeOf(file) === null) return 'TikTok takes MP4, MOV and WebM only.';
  if (file.size === 0) return 'This file is empty.';
  if (about.longestSeconds !== null && seconds > about.longestSeconds) return `This video lasts ${durationWords(seconds)}. This account may post at most ${about.longest}.`;
  return null;
};

const showProblem = (problem) => {
  const place = element('file-problem');
  place.hidden = problem === null;
  say('file-problem', problem ?? '');
  element('file').setAttribute('aria-invalid', String(problem !== null));
};

/**
 * Shows the chosen file and learns how long it lasts, without sending it anywhere.
 * @param changed is called whenever `file` or `problem` of the answer has changed; `coverMillis` says which frame was chosen
 */
export const previewVideo = (about, changed) => {
  const cover = coverPicker();
  const video = { file: null, problem: null, coverMillis: cover.chosen };
  const player = element('preview-video');
  const settle = (seconds, words) => {
    video.problem = problemOf(about, video.file, seconds);
    say('preview-words', words);
    showProblem(video.problem);
    changed();
  };
  element('file').addEventListener('change', ({ target }) => {
    URL.revokeObjectURL(player.src);
    cover.withdraw();
    video.file = target.files[0] ?? null;
    element('preview').hidden = video.file === null;
    if (video.file === null) {
      player.removeAttribute('src');
      showProblem(null);
      video.problem = null;
      changed();
      return;
    }
    player.src = URL.createObjectURL(video.file);
    settle(0, `${video.file.name}, ${sizeWords(video.file.size)}`);
  });
  player.addEventListener('loadedmetadata', () => {
    const { duration } = player;
    if (video.file === null || !Number.isFinite(duration)) return;
    cover.offer(duration);
    settle(duration, `${video.file.name}, ${durationWords(duration)}, ${sizeWords(video.file.size)}`);
  });
  player.addEventListener('error', () => {
    if (video.file === null) return;
    say('preview-words', `${video.file.name}, ${sizeWords(video.file.size)}. Your browser cannot play this file here; TikTok may still take it.`);
  });
  return video;
};

/** Shows the photos that the addresses lead to. */
export const previewPhotos = () => {
  const list = element('photos');
  element('urls').addEventListener('change', ({ target }) => {
    const addresses = addressesIn(target.value).filter((address) => address.startsWith('https://'));
    list.replaceChildren(
      ...addresses.map((address, index) => {
        const picture = Object.assign(document.createElement('img'), { src: address, alt: `Photo ${index + 1}`, referrerPolicy: 'no-referrer', loading: 'lazy' });
        const item = document.createElement('li');
        item.append(picture);
        return item;
      }),
    );
    list.hidden = addresses.length === 0;
  });
};
