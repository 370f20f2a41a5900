import type { FastifyReply, FastifyRequest } from 'fastify';
import { problemCatalogue } from '../problems/catalogue.ts';
import { problemOfError } from '../problems/framework-errors.ts';
import { outcomeQuery, outcomeWords } from './account/outcome-words.ts';
import { renderPage } from './render-page.ts';
import type { TroublePage } from './trouble-page.ts';

const signedOut: Omit<TroublePage, 'outcome'> = {
  title: 'You are not signed in',
  detail: 'This page shows the TikTok accounts of a signed-in user, and we cannot tell who you are.',
  remedy: 'Sign in to the application you came from, then open this page again.',
  back: null,
};

const tryAgain = { label: 'Back to Connected Accounts', address: '/dashboard/account' };

/** Whoever was sent here by a connect link need not be signed in, but must learn what came of it. */
const outcomeOf = ({ query }: FastifyRequest): TroublePage['outcome'] => {
  const read = outcomeQuery.safeParse(query);
  return read.success ? outcomeWords(read.data) : null;
};

/** Answers an error of a page's route as a page. */
export const showTrouble = (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
  const { problem, unexpected } = problemOfError(error, request);
  if (unexpected) request.log.error({ err: error }, 'page failed');
  const { status, title } = problemCatalogue[problem.code];
  const shown =
    problem.code === 'unauthenticated'
      ? { ...signedOut, outcome: outcomeOf(request) }
      : { title, outcome: null, detail: problem.detail, remedy: 'Nothing more was changed. Go back and try again.', back: tryAgain };
  if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', problem.retryAfterSeconds);
  reply.code(status).type('text/html; charset=utf-8');
  renderPage('trouble', shown).then(
    (page) => reply.send(page),
    (cause: unknown) => {
      request.log.error({ err: cause }, 'the page that shows trouble failed');
      reply.type('text/plain; charset=utf-8').send(`${shown.title}. ${shown.detail}`);
    },
  );
};
