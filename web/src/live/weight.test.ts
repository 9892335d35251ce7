import { describe, expect, it } from 'vitest';
import type { LiveEvent } from './sse';
import { pieceEnd } from './weight';

const short: LiveEvent = { type: 'usage', data: {} };
const metrics = (points: number): LiveEvent => ({
  type: 'metrics_batch',
  data: { items: Array.from({ length: points }) },
});

describe('a piece of events', () => {
  it('has as many short ones as it may weigh', () =>
    expect(
      pieceEnd(
        Array.from({ length: 50 }, () => short),
        0,
        20,
      ),
    ).toBe(20));

  it('has few batches of many points, and at least one however heavy', () => {
    const events = [metrics(100), metrics(100), metrics(100_000), metrics(10)];
    expect(pieceEnd(events, 0, 25)).toBe(2);
    expect(pieceEnd(events, 2, 25)).toBe(3);
    expect(pieceEnd(events, 3, 25)).toBe(4);
  });
});
