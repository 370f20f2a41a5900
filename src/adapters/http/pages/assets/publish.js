import { followPost } from './follow-post.js';
import { element } from './page-elements.js';
import { aboutForm, draftOf, say, settleForm } from './post-form.js';
import { problemWords } from './post-words.js';
import { previewPhotos, previewVideo } from './preview.js';
import { callJson, forget, publish, Refused, requestOf, Stopped, unanswered, uploadFile } from './send-post.js';

const form = element('post');
const about = aboutForm(form);
const noVideo = { file: null, problem: null, coverMillis: () => null };
const settle = () => settleForm(about, video);
const video = about.kind === 'video' ? previewVideo(about, () => settle()) : noVideo;
if (about.kind === 'photo') previewPhotos();

let retryOf = null;
let uploaded = null;
let pending = unanswered(about.connectionId);
let isBusy = false;

const refuse = (words) => {
  const place = element('refused');
  place.hidden = words === null;
  say('refused', words ?? '');
  if (words !== null) place.focus();
};

const warnBeforeLeaving = (event) => event.preventDefault();

const busy = (is) => {
  isBusy = is;
  form.setAttribute('aria-busy', String(is));
  element('submit').disabled = is;
  for (const field of form.querySelectorAll('input, select, textarea')) field.inert = is;
  if (is) addEventListener('beforeunload', warnBeforeLeaving);
  else removeEventListener('beforeunload', warnBeforeLeaving);
};

const upload = async () => {
  if (uploaded !== null && uploaded.file === video.file) return uploaded.id;
  const stopping = new AbortController();
  const bar = element('upload');
  element('sending').hidden = false;
  element('stop').onclick = () => stopping.abort();
  element('stop').focus();
  try {
    const media = await uploadFile(
      video.file,
      (part) => {
        bar.value = 100 * part;
        say('upload-words', part < 1 ? `${Math.floor(100 * part)} %` : 'Looking at the file');
      },
      stopping.signal,
    );
    uploaded = { file: video.file, id: media.id };
    return media.id;
  } finally {
    element('sending').hidden = true;
  }
};

const ended = (publication) => {
  retryOf = publication.status === 'failed' && publication.retryable ? publication.id : null;
};

const follow = (publication) => {
  form.hidden = true;
  element('outcome').hidden = false;
  element('another').href = addressWith(null);
  element('outcome-title').focus();
  followPost(publication, ended);
};

/** This page's address, with a publication to follow or none. */
const addressWith = (publicationId) => {
  const address = new URL(location.href);
  if (publicationId === null) address.searchParams.delete('publication_id');
  else address.searchParams.set('publication_id', publicationId);
  return address.href;
};

const remember = ({ id }) => history.replaceState(null, '', addressWith(id));

const send = async () => {
  const draft = draftOf(about, retryOf, video.coverMillis());
  const mediaId = about.kind === 'video' ? await upload() : null;
  if (pending === null || pending.words !== JSON.stringify(draft) || pending.mediaId !== mediaId) pending = { ...requestOf(draft, mediaId), mediaId };
  const publication = await publish(pending);
  pending = null;
  remember(publication);
  return publication;
};

const explain = (error) => {
  if (error instanceof Stopped) return refuse('Stopped. Nothing was posted.');
  if (!(error instanceof Refused)) throw error;
  if (!error.isUnclear) pending = null;
  // The file may have been given up meanwhile; it is uploaded anew the next time.
  if (error.status === 404) uploaded = null;
  return refuse(problemWords(error.problem));
};

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (isBusy) return;
  const missing = settle();
  if (missing !== null) {
    element(missing.field).focus();
    return;
  }
  refuse(null);
  busy(true);
  try {
    follow(await send());
  } catch (error) {
    explain(error);
  } finally {
    busy(false);
    settle();
  }
});

form.addEventListener('input', settle);
form.addEventListener('change', settle);

/** A request that may or may not have arrived: only its repetition can tell. */
const offerPending = () => {
  form.hidden = true;
  element('outcome').hidden = false;
  say('outcome-what', 'Your last post got no answer.');
  say('outcome-next', 'Try again to learn what came of it. It cannot be posted twice.');
  element('again').hidden = false;
  element('another').hidden = false;
  element('another').href = location.href;
};

const askPending = async () => {
  try {
    const publication = await publish(pending);
    pending = null;
    remember(publication);
    follow(publication);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    say('outcome-next', problemWords(error.problem));
    if (error.isUnclear) return;
    pending = null;
    backToForm();
    refuse(problemWords(error.problem));
  }
};

const backToForm = () => {
  element('outcome').hidden = true;
  form.hidden = false;
  settle();
  element('submit').focus();
};

element('again').addEventListener('click', () => (pending === null ? backToForm() : askPending()));
element('another').addEventListener('click', () => forget(about.connectionId));

element('needs-scripts').hidden = true;
element('submit').disabled = false;
settle();

const followed = new URL(location.href).searchParams.get('publication_id');
if (followed !== null) {
  form.hidden = true;
  const publication = await callJson('GET', `/v1/publications/${encodeURIComponent(followed)}`).catch(() => null);
  if (publication !== null) follow(publication);
  else form.hidden = false;
} else if (pending !== null) {
  offerPending();
}
