import type { UsageItem } from '@/api/types';

const DAY = 86_400_000;
const NOTHING = {
  turns: 0,
  input_tokens: 0,
  output_tokens: 0,
  cache_read_tokens: 0,
  cache_write_tokens: 0,
  cost_usd: 0,
  unpriced_turns: 0,
} as const;

/** The last days up to today, newest first; those on which nothing was asked are there with nothing. */
export function daysOf(items: readonly UsageItem[], today: Date, most: number): UsageItem[] {
  const known = new Map(items.map((item) => [item.key, item]));
  const last = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate());
  const first = items[0] ? Date.parse(`${items[0].key}T00:00:00Z`) : last;
  const count = Math.min(most, Math.round((last - first) / DAY) + 1);
  return Array.from({ length: Math.max(count, 0) }, (_, back) => {
    const key = new Date(last - back * DAY).toISOString().slice(0, 10);
    return known.get(key) ?? { key, ...NOTHING };
  });
}

/** All parts together. */
export const sumOf = (items: readonly UsageItem[]) =>
  items.reduce(
    (sum, item) => ({
      turns: sum.turns + item.turns,
      tokens: sum.tokens + item.input_tokens + item.output_tokens,
      cost: sum.cost + item.cost_usd,
      unpriced: sum.unpriced + item.unpriced_turns,
    }),
    { turns: 0, tokens: 0, cost: 0, unpriced: 0 },
  );
