import { element } from './page-elements.js';

const promotes = 'You need to indicate if your content promotes yourself, a third party, or both.';
const notPrivate = 'Branded content visibility cannot be set to private.';
const organicPrompt = "Your photo/video will be labeled as 'Promotional content'";
const paidPrompt = "Your photo/video will be labeled as 'Paid partnership'";

const longestDescription = 4000;
const mostPhotos = 35;

/** The lines of a text, as addresses. */
export const addressesIn = (text) => text.split('\n').map((line) => line.trim()).filter((line) => line !== '');

const isHttps = (address) => URL.canParse(address) && new URL(address).protocol === 'https:';

const isChecked = (id) => element(id)?.checked ?? false;
const valueOf = (id) => element(id)?.value ?? '';

/** What the form is about; never changes while the page stands. */
export const aboutForm = (form) => ({
  connectionId: form.dataset.connection,
  kind: form.dataset.kind,
  mode: form.dataset.mode,
  longestTitle: Number(form.dataset.longestTitle),
  longestSeconds: form.dataset.longestSeconds === undefined ? null : Number(form.dataset.longestSeconds),
  longest: form.dataset.longest,
});

/** Branded content and "Only me" exclude each other, whichever was chosen first. */
const settleBranding = () => {
  const privacy = element('privacy');
  if (privacy === null) return;
  const discloses = isChecked('disclose');
  const branded = element('brand-content');
  const organic = element('brand-organic');
  element('disclosure').hidden = !discloses;
  if (!discloses) branded.checked = organic.checked = false;
  const isPrivate = privacy.value === 'SELF_ONLY';
  if (isPrivate) branded.checked = false;
  branded.disabled = isPrivate;
  element('content-why').hidden = !isPrivate;
  element('brand-content-label').title = isPrivate ? notPrivate : '';
  const onlyMe = privacy.querySelector('option[value="SELF_ONLY"]');
  if (onlyMe !== null) {
    onlyMe.disabled = branded.checked;
    onlyMe.title = branded.checked ? notPrivate : '';
  }
  privacy.title = branded.checked ? notPrivate : '';
  say('privacy-hint', branded.checked && onlyMe !== null ? notPrivate : '');
  say('prompt', branded.checked ? paidPrompt : organic.checked ? organicPrompt : '');
  element('with-policy').hidden = !branded.checked;
};

/** Writes only what is new: a live region would read it out again. */
export const say = (id, words) => {
  const place = element(id);
  if (place.textContent !== words) place.textContent = words;
};

/** TikTok counts UTF-16 units, as `length` does. */
const count = (id, longest) => {
  const field = element(id);
  if (field === null) return false;
  const { length } = field.value;
  const isOver = length > longest;
  const place = element(`${id}-count`);
  place.toggleAttribute('data-over', isOver);
  field.setAttribute('aria-invalid', String(isOver));
  if (length > 0) say(place.id, `${length} of ${longest} characters`);
  return isOver;
};

const photoProblem = () => {
  const addresses = addressesIn(valueOf('urls'));
  if (addresses.length === 0) return 'Give the address of at least one photo.';
  if (addresses.length > mostPhotos) return `TikTok takes at most ${mostPhotos} photos.`;
  return addresses.every(isHttps) ? null : 'Every address must begin with https://.';
};

/** What still stands in the way: the field to go to and the words for it. Null when the post may go. */
const obstacle = (about, video) => {
  const [titleIsOver, descriptionIsOver] = [count('title', about.longestTitle), count('description', longestDescription)];
  if (about.kind === 'video') {
    if (video.file === null) return { field: 'file', words: 'Choose a video first.' };
    if (video.problem !== null) return { field: 'file', words: video.problem };
  } else {
    const words = photoProblem();
    if (words !== null) return { field: 'urls', words };
  }
  if (titleIsOver) return { field: 'title', words: 'The text is too long for TikTok.' };
  if (descriptionIsOver) return { field: 'description', words: 'The description is too long for TikTok.' };
  if (about.mode === 'direct') {
    if (valueOf('privacy') === '') return { field: 'privacy', words: 'Choose who can see this.' };
    if (isChecked('disclose') && !isChecked('brand-organic') && !isChecked('brand-content')) return { field: 'brand-organic', words: promotes };
  }
  const later = element('schedule').valueAsNumber;
  if (!Number.isNaN(later) && scheduledAt() <= new Date().toISOString()) return { field: 'schedule', words: 'The chosen time has passed.' };
  return null;
};

/** The field says a time of this person's clock. */
const scheduledAt = () => {
  const { value } = element('schedule');
  return value === '' ? null : new Date(value).toISOString();
};

/** Brings the form in order after any change; answers what is missing. */
export const settleForm = (about, video) => {
  settleBranding();
  const missing = obstacle(about, video);
  const button = element('submit');
  button.setAttribute('aria-disabled', String(missing !== null));
  button.title = missing?.words ?? '';
  say('why', missing?.words ?? '');
  return missing;
};

const directPost = (about, coverMillis) => ({
  privacy_level: valueOf('privacy'),
  allow_comment: isChecked('allow-comment'),
  ...(about.kind === 'video' ? { allow_duet: isChecked('allow-duet'), allow_stitch: isChecked('allow-stitch') } : {}),
  ...(coverMillis === null ? {} : { cover_timestamp_ms: coverMillis }),
  brand_organic: isChecked('brand-organic'),
  brand_content: isChecked('brand-content'),
  is_ai_generated: isChecked('ai'),
  ...(about.kind === 'photo' ? { auto_add_music: isChecked('music') } : {}),
});

/**
 * The request for `POST /v1/publications`, without the time of consent and with the file still to be named.
 * @param retryOf the publication this one follows, or null
 * @param coverMillis where in the video its cover is, or null
 */
export const draftOf = (about, retryOf, coverMillis) => {
  const isDirect = about.mode === 'direct';
  return {
    connection_id: about.connectionId,
    kind: about.kind,
    mode: about.mode,
    post: {
      title: valueOf('title'),
      ...(about.kind === 'photo' ? { description: valueOf('description') } : {}),
      ...(isDirect ? directPost(about, coverMillis) : {}),
    },
    source: about.kind === 'photo' ? { type: 'photos', urls: addressesIn(valueOf('urls')), cover_index: 0 } : null,
    schedule_at: scheduledAt(),
    retry_of: retryOf,
  };
};
