import { element } from './page-elements.js';
import { say } from './post-form.js';
import { problemWords, statusWords } from './post-words.js';
import { callJson } from './send-post.js';

const running = ['scheduled', 'queued', 'uploading', 'processing'];
const cancellable = ['scheduled', 'queued', 'uploading'];
const askAgainMillis = 5_000;

const showProgress = ({ status, progress }) => {
  const bar = element('outcome-progress');
  bar.hidden = status !== 'uploading' || progress === null || progress.bytes_total === 0;
  if (!bar.hidden) bar.value = (100 * progress.bytes_sent) / progress.bytes_total;
};

const showLinks = ({ share_urls: addresses }) => {
  const links = addresses.map((address, index) => {
    const words = addresses.length === 1 ? 'See it on TikTok' : `See post ${index + 1} on TikTok`;
    const link = Object.assign(document.createElement('a'), { href: address, textContent: words, target: '_blank', rel: 'noopener noreferrer' });
    const item = document.createElement('li');
    item.append(link);
    return item;
  });
  element('outcome-links').replaceChildren(...links);
};

const show = (publication) => {
  const [what, next] = statusWords(publication);
  element('outcome').dataset.status = publication.status;
  say('outcome-what', what);
  say('outcome-next', next);
  showProgress(publication);
  showLinks(publication);
  element('cancel').hidden = !cancellable.includes(publication.status);
  element('again').hidden = !(publication.status === 'failed' && publication.retryable);
  element('another').hidden = running.includes(publication.status);
};

/** Asks now and then, where events do not come through. */
const ask = async (url, shown) => {
  for (;;) {
    try {
      const publication = await callJson('GET', url);
      shown(publication);
      if (!running.includes(publication.status)) return;
    } catch (error) {
      if ([401, 403, 404].includes(error.status)) {
        say('outcome-next', 'It goes on, but this page cannot follow it any more. Sign in again and load the page anew.');
        return;
      }
    }
    await new Promise((resolve) => {
      setTimeout(resolve, askAgainMillis);
    });
  }
};

/** Shows a publication and every change of it until its end. @param ended is called with the last state */
export const followPost = (publication, ended) => {
  const url = `/v1/publications/${publication.id}`;
  let revision = 0;
  const shown = (newer) => {
    if (newer.revision < revision) return;
    revision = newer.revision;
    show(newer);
    if (!running.includes(newer.status)) ended(newer);
  };
  shown(publication);
  element('cancel').onclick = async () => {
    try {
      shown(await callJson('POST', `${url}/cancel`, '{}'));
    } catch (error) {
      const isTooLate = error.problem?.code === 'conflict';
      if (isTooLate) element('cancel').hidden = true;
      say('outcome-next', isTooLate ? 'It is too late to cancel: TikTok has it already.' : problemWords(error.problem));
    }
    element('outcome-title').focus();
  };
  if (!running.includes(publication.status)) return;
  const events = new EventSource(`${url}/events`);
  const take = ({ data }) => {
    const newer = JSON.parse(data);
    shown(newer);
    if (!running.includes(newer.status)) events.close();
  };
  events.addEventListener('message', take);
  events.addEventListener('error', () => {
    if (events.readyState !== EventSource.CLOSED) return;
    void ask(url, shown);
  });
};
