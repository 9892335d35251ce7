import { describe, expect, it } from 'vitest';
import type { ModelItem } from '@/api/types';
import { costOf, tokensOf } from './cost';

const claude: ModelItem = {
  id: 'claude-x',
  provider: 'anthropic',
  available: true,
  default: false,
  context_window: 1,
  prices: { input: 3, output: 15, cache_read: 0.3, cache_write: 3.75 },
};
const autopilot: ModelItem = {
  id: 'autopilot',
  provider: 'builtin',
  available: true,
  default: true,
  context_window: null,
};

describe('what a session cost', () => {
  it('counts cached tokens at their own prices', () => {
    const usage = {
      'claude-x-20260101': {
        input: 1_000_000,
        output: 100_000,
        cacheRead: 500_000,
        cacheWrite: 100_000,
        cost: 0,
        unpriced: 1,
      },
    };
    expect(costOf(usage, [autopilot, claude])).toBeCloseTo(0.4 * 3 + 0.5 * 0.3 + 0.1 * 3.75 + 0.1 * 15);
    expect(tokensOf(usage)).toBe(1_100_000);
  });
  it('takes the word of the server where it has one', () => {
    const usage = { other: { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, cost: 0.25, unpriced: 0 } };
    expect(costOf(usage, [])).toBe(0.25);
  });
  it('is nothing for what is built in, and unknown without prices', () => {
    const used = { input: 10, output: 10, cacheRead: 0, cacheWrite: 0, cost: 0, unpriced: 1 };
    expect(costOf({ autopilot: used }, [autopilot])).toBe(0);
    expect(costOf({ other: used }, [autopilot, claude])).toBeNull();
  });
});
