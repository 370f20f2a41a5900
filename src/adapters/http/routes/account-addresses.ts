import { page } from '../openapi/answers.ts';

export const accountPath = '/dashboard/account';
export const disconnectPath = `${accountPath}/disconnect`;

/** What both the page and its form can be answered with instead. */
export const troubles = {
  400: page('The request was not understood.'),
  401: page('Nobody is signed in.'),
  403: page('The form did not come from this page, or an API key called.'),
  503: page('The service cannot answer now.'),
};
