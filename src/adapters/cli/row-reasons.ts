import type { RefusedRow } from '../../application/importing/import-connections.ts';
import type { RowReason } from '../../application/ports/legacy-connections.ts';

/** Why a row was refused and what to do, each to follow the name of its column. */
const sentences: Readonly<Record<RowReason, string>> = {
  wrong_number_of_cells: 'the row has more or fewer cells than the first line has names',
  too_long: 'longer than anything that this column holds',
  bad_user_id: 'empty, or not plain text',
  bad_open_id: 'empty, or not one of TikTok’s ids',
  bad_union_id: 'not one of TikTok’s ids',
  bad_date: 'not a moment: give date, time and zone, e.g. 2026-01-31 12:00:00+00, created in the past and expiring within ten years',
  bad_scope: 'not a list of scopes separated by commas',
  missing_scope: 'user.info.basic is not among the scopes, so TikTok would not say whose account it is',
  token_not_encrypted: 'not of the form iv:hex',
  token_not_opened: 'does not open with this key: it was encrypted with another one, or altered',
  duplicate_open_id: 'an earlier row is about the same TikTok account',
  data_erased: 'the data of this account was erased here, and stays so',
  key_lost: 'the data key that this account had here is missing',
  history_unreadable: 'the account has a history that this version cannot read',
};

export const reasonOf = ({ reason, column }: RefusedRow): string => `${column === null ? '' : `${column}: `}${sentences[reason]}`;
