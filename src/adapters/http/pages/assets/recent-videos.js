const shown = 6;
const limitMillis = 15_000;

const number = new Intl.NumberFormat(undefined, { notation: 'compact' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

const counts = [
  ['view_count', 'views'],
  ['like_count', 'likes'],
  ['comment_count', 'comments'],
  ['share_count', 'shares'],
];

const make = (name, given = {}, ...children) => {
  const made = Object.assign(document.createElement(name), given);
  made.append(...children);
  return made;
};

const isHttps = (address) => address !== null && URL.canParse(address) && new URL(address).protocol === 'https:';

/** The simulator's pictures come over plain http from this machine. */
const mayLoad = (address) => address !== null && URL.canParse(address) && /^https?:$/.test(new URL(address).protocol);

const titleOf = (video) => {
  const words = (video.title || video.video_description || 'Video without a title').trim();
  return isHttps(video.share_url) ? make('a', { href: video.share_url, textContent: words, target: '_blank', rel: 'noopener noreferrer' }) : words;
};

const countOf = (video) => ([field, words]) => {
  const value = video[field];
  return make('div', {}, make('dt', { textContent: words }), make('dd', { textContent: value === null ? '–' : number.format(value) }));
};

const itemOf = (video) => {
  const cover = make('span', { className: 'cover' });
  cover.setAttribute('aria-hidden', 'true');
  if (mayLoad(video.cover_image_url)) cover.append(make('img', { src: video.cover_image_url, alt: '', referrerPolicy: 'no-referrer', loading: 'lazy' }));
  const when = video.create_time === null ? '' : day.format(new Date(video.create_time));
  const title = make('p', { className: 'title', dir: 'auto' }, titleOf(video));
  return make('li', {}, cover, make('div', {}, title, make('p', { className: 'quiet', textContent: when }), make('dl', { className: 'counts' }, ...counts.map(countOf(video)))));
};

const videosOf = async (connectionId) => {
  const answer = await fetch(`/v1/connections/${connectionId}/videos?limit=${shown}`, { headers: { accept: 'application/json' }, signal: AbortSignal.timeout(limitMillis) });
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  return (await answer.json()).data;
};

const fill = async (section) => {
  const words = section.querySelector('[role="status"]');
  section.hidden = false;
  try {
    const videos = await videosOf(section.dataset.connection);
    section.querySelector('ul').replaceChildren(...videos.map(itemOf));
    words.textContent = videos.length === 0 ? 'There are no public videos yet.' : '';
  } catch {
    words.textContent = 'The recent videos cannot be shown now.';
  }
};

for (const section of document.querySelectorAll('[data-videos]')) void fill(section);
