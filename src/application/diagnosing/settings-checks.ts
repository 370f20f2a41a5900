import { failure, fine, type Check, type Finding } from './check.ts';
import { cookiesFinding } from './cookie-checks.ts';

const redirectSetting = 'TIKTOK_REDIRECT_URI';

const mend = 'Mend them in the environment, or in the file that `<NAME>_FILE` names; .env.example explains each setting.';

/** @param problems of the settings, one sentence each, that are not about the redirect URI */
export const settingsFinding = (problems: readonly string[]): Finding =>
  problems.length === 0 ? fine('Every setting is well formed.') : failure(problems.join(' '), mend);

export const redirectFinding = (problems: readonly string[], redirectUri: string | null): Finding => {
  const remedy = 'Set it to exactly what is registered with your app in the TikTok developer portal, to the letter.';
  if (problems.length > 0) return failure(problems.join(' '), remedy);
  if (redirectUri === null) return failure(`It is not known while other settings are wrong.`, 'Mend those first.');
  return fine(`${redirectUri} keeps TikTok's rules. It must stand in the TikTok developer portal to the letter.`);
};

/** @param problems one sentence each, as the settings' reader gives them. @param publicUrl null where settings are wrong */
export const settingsChecks = (problems: readonly string[], redirectUri: string | null, publicUrl: string | null): readonly Check[] => {
  const aboutRedirect = problems.filter((problem) => problem.startsWith(redirectSetting));
  const others = problems.filter((problem) => !aboutRedirect.includes(problem));
  const redirect: Check = { name: 'redirect_uri', run: () => Promise.resolve(redirectFinding(aboutRedirect, redirectUri)) };
  return [
    { name: 'settings', run: () => Promise.resolve(settingsFinding(others)) },
    ...(aboutRedirect.length > 0 || redirectUri !== null ? [redirect] : []),
    ...(redirectUri === null || publicUrl === null ? [] : [{ name: 'cookies', run: () => Promise.resolve(cookiesFinding(publicUrl, redirectUri)) }]),
  ];
};
