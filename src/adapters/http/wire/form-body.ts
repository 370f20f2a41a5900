import type { HttpApp } from '../http-app-type.ts';

/** Lets the routes of this scope take HTML forms. A field given twice becomes a list, which schemas refuse. */
export const parseForms = (app: HttpApp): void => {
  app.addContentTypeParser<string>('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) => {
    const fields = new URLSearchParams(body);
    const entries = [...new Set(fields.keys())].map((name): [string, string | string[]] => {
      const [first = '', ...others] = fields.getAll(name);
      return [name, others.length === 0 ? first : [first, ...others]];
    });
    done(null, Object.fromEntries(entries));
  });
};
