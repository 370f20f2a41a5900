import { element } from './page-elements.js';

const stepMillis = 100;
const longestSide = 160;

const words = (millis) => {
  const seconds = millis / 1000;
  return `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(1).padStart(4, '0')}`;
};

/**
 * Lets the person choose the frame that stands for the video: by its time, or as the preview shows it.
 * @returns the chosen time in milliseconds, or null: TikTok then takes the first frame
 */
export const coverPicker = () => {
  const place = element('cover-choice');
  if (place === null) return { chosen: () => null, offer: () => undefined, withdraw: () => undefined };
  const [player, slider, picture] = [element('preview-video'), element('cover'), element('cover-picture')];
  let chosen = null;

  const describe = () => {
    const millis = slider.valueAsNumber;
    const said = chosen === null ? 'First frame' : words(millis);
    slider.setAttribute('aria-valuetext', chosen === null ? said : `${said} of ${words(Number(slider.max))}`);
    element('cover-words').textContent = said;
    picture.setAttribute('aria-label', `Cover: ${said === 'First frame' ? 'first frame' : `frame at ${said}`}`);
  };

  const paint = () => {
    const { videoWidth, videoHeight } = player;
    if (videoWidth === 0 || videoHeight === 0) return;
    const scale = longestSide / Math.max(videoWidth, videoHeight);
    picture.width = Math.max(1, Math.round(videoWidth * scale));
    picture.height = Math.max(1, Math.round(videoHeight * scale));
    picture.getContext('2d').drawImage(player, 0, 0, picture.width, picture.height);
  };

  const choose = (millis) => {
    chosen = Math.min(millis, Number(slider.max));
    slider.value = String(chosen);
    describe();
  };

  slider.addEventListener('input', () => {
    choose(slider.valueAsNumber);
    player.pause();
    player.currentTime = chosen / 1000;
  });
  player.addEventListener('seeked', () => {
    // The person may also move through the preview without meaning the cover.
    if (chosen !== null && Math.abs(player.currentTime * 1000 - chosen) < stepMillis) paint();
  });
  player.addEventListener('loadeddata', () => {
    if (chosen === null) paint();
  });
  element('cover-here').addEventListener('click', () => {
    player.pause();
    choose(Math.floor((player.currentTime * 1000) / stepMillis) * stepMillis);
    paint();
  });

  return {
    chosen: () => chosen,
    /** @param seconds how long the video lasts */
    offer: (seconds) => {
      const last = Math.max(0, Math.ceil((seconds * 1000) / stepMillis) * stepMillis - stepMillis);
      chosen = null;
      slider.max = String(last);
      slider.value = '0';
      place.hidden = last === 0;
      describe();
      if (player.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) paint();
    },
    withdraw: () => {
      chosen = null;
      place.hidden = true;
    },
  };
};
