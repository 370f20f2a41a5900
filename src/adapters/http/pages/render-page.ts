import type { Eta } from 'eta';
import type { AccountPage } from './account/account-page.ts';
import type { DocsPage } from './docs/docs-page.ts';
import type { HistoryPage } from './history/history-page.ts';
import type { PublishPage } from './publish/publish-page.ts';
import type { TroublePage } from './trouble-page.ts';

/** Every page with what it shows. */
export interface Pages {
  readonly 'account/account': AccountPage;
  readonly 'docs/docs': DocsPage;
  readonly 'history/history': HistoryPage;
  readonly 'publish/publish': PublishPage;
  readonly trouble: TroublePage;
}

let engine: Promise<Eta> | undefined;

const loadEngine = async (): Promise<Eta> => {
  const { Eta } = await import('eta');
  return new Eta({ views: import.meta.dirname, cache: true, autoEscape: true });
};

/** Renders a page; every value in it is escaped. Templates are read at their first use. */
export const renderPage = async <Name extends keyof Pages>(name: Name, data: Pages[Name]): Promise<string> => {
  engine ??= loadEngine();
  return (await engine).render(`./${name}`, data);
};
