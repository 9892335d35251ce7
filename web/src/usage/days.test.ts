import { expect, test } from 'vitest';
import type { UsageItem } from '@/api/types';
import { daysOf, sumOf } from './days';

const item = (key: string, cost: number): UsageItem => ({
  key,
  turns: 2,
  input_tokens: 1000,
  output_tokens: 100,
  cache_read_tokens: 0,
  cache_write_tokens: 0,
  cost_usd: cost,
  unpriced_turns: 0,
});

const noon = new Date('2026-11-26T12:00:00Z');

test('days without a reply stand between those with some, newest first', () => {
  const days = daysOf([item('2026-11-23', 1), item('2026-11-25', 2)], noon, 30);
  expect(days.map((day) => [day.key, day.cost_usd])).toEqual([
    ['2026-11-26', 0],
    ['2026-11-25', 2],
    ['2026-11-24', 0],
    ['2026-11-23', 1],
  ]);
});

test('what is long ago is left out, and nothing is today alone', () => {
  expect(daysOf([item('2024-01-01', 1)], noon, 14)).toHaveLength(14);
  expect(daysOf([], noon, 14).map((day) => day.key)).toEqual(['2026-11-26']);
});

test('sums are of all parts', () => {
  expect(sumOf([item('a', 1), item('b', 0.5)])).toEqual({ turns: 4, tokens: 2200, cost: 1.5, unpriced: 0 });
});
