import type { RunView, StageItem, TranscriptItem } from '@/live/view';

/** What the transcript draws as one piece. */
export type Row =
  | { kind: 'stage'; id: string; item: StageItem; run: RunView | null; folded: boolean }
  | { kind: 'item'; id: string; item: TranscriptItem };

/** The transcript's rows: under each run what belongs to it, unless it is folded. */
export function rowsOf(
  items: readonly TranscriptItem[],
  runs: readonly RunView[],
  isFolded: (item: StageItem, run: RunView | null) => boolean,
): Row[] {
  const rows: Row[] = [];
  let started = 0;
  let folded = false;
  for (const item of items) {
    if (item.kind === 'stage') {
      const run = runs[started++] ?? null;
      folded = isFolded(item, run);
      rows.push({ kind: 'stage', id: item.id, item, run, folded });
    } else if (!folded || item.run === 0) rows.push({ kind: 'item', id: item.id, item });
  }
  return rows;
}
