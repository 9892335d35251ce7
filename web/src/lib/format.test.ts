import { describe, expect, it } from 'vitest';
import {
  formatAgo,
  formatBytes,
  formatClock,
  formatCost,
  formatCount,
  formatDuration,
  formatElapsed,
  formatOf,
  formatShort,
  formatTime,
  formatValue,
} from './format';

describe('how times are written', () => {
  // Here and not by Intl: making its first formatter costs a page 40 ms.
  const intl = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

  it.each(['2026-01-02T03:04:05', '2026-11-27T23:59:59', '2024-02-29T00:00:00', '1999-12-31T12:00:00'])(
    'writes %s as people here do',
    (time) => {
      expect(formatTime(time)).toBe(intl.format(new Date(time)));
      expect(formatClock(time)).toBe(time.slice(11));
    },
  );
});

describe('how numbers are written', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1_000, '1,000'],
    [-1_234_567, '-1,234,567'],
    [123_456, '123,456'],
  ])('writes %s in groups as %s', (count, written) => expect(formatCount(count)).toBe(written));

  it('writes a part of a thousand with one digit', () => expect(formatValue(1234.56)).toBe('1,234.6'));

  it.each([
    [0.48, '480 ms'],
    [1.23, '1.2 s'],
    [48, '48 s'],
    [134, '2m 14s'],
    [3780, '1h 03m'],
    [353_000, '4d 2h'],
    [59.7, '1m 00s'],
    [null, '–'],
  ])('writes %s seconds as %s', (seconds, written) => expect(formatDuration(seconds)).toBe(written));

  it.each([
    [0.2, '0 s'],
    [1.9, '1 s'],
    [12.9, '12 s'],
  ])('writes %s seconds that pass as %s', (seconds, written) => expect(formatElapsed(seconds)).toBe(written));

  it.each([
    [0.84612, '0.8461'],
    [0, '0'],
    [12.3456, '12.346'],
    [1234.56, '1,234.6'],
    [20640, '20,640'],
    [0.00001234, '1.23e-5'],
    [null, '–'],
  ])('writes the value %s as %s', (value, written) => expect(formatValue(value)).toBe(written));

  it.each([
    [999, '999'],
    [31_400, '31k'],
    [1_240_000, '1.2M'],
    [999_900, '1M'],
  ])('shortens %s to %s', (count, written) => expect(formatShort(count)).toBe(written));

  it('says bytes, money, counts and times as people do', () => {
    expect(formatBytes(57_018)).toBe('57 kB');
    expect(formatBytes(999_600)).toBe('1.0 MB');
    expect(formatCost(0.004)).toBe('<$0.01');
    expect(formatCost(0.42)).toBe('$0.42');
    expect(formatOf(1, 'row')).toBe('1 row');
    expect(formatOf(7043, 'row')).toBe('7,043 rows');
    expect(formatAgo(0, 10_000)).toBe('just now');
    expect(formatAgo(0, 240_000)).toBe('4 min ago');
    expect(formatAgo(0, 2 * 86_400_000)).toBe('2 d ago');
  });
});
