/** Why a page cannot be shown, for a person. */
export type TroublePage = Readonly<{
  title: string;
  detail: string;
  remedy: string;
  back: Readonly<{ label: string; address: string }> | null;
}>;
