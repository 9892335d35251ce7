import type { ModelItem } from '@/api/types';
import type { UsageByModel } from '@/live/view';

/** US dollars for what was used; null where the price of a model that was used is not known. */
export function costOf(usage: UsageByModel, models: readonly ModelItem[]): number | null {
  let dollars = 0;
  for (const [id, used] of Object.entries(usage)) {
    const model = models.find((one) => one.id === id) ?? models.find((one) => id.startsWith(one.id));
    if (model?.provider === 'builtin') continue;
    if (used.unpriced === 0) {
      dollars += used.cost;
      continue;
    }
    if (!model?.prices) return null;
    const { prices } = model;
    const fresh = used.input - used.cacheRead - used.cacheWrite;
    dollars +=
      (fresh * prices.input +
        used.cacheRead * prices.cache_read +
        used.cacheWrite * prices.cache_write +
        used.output * prices.output) /
      1_000_000;
  }
  return dollars;
}

export const tokensOf = (usage: UsageByModel) =>
  Object.values(usage).reduce((sum, used) => sum + used.input + used.output, 0);
