// How numbers, times and sizes are written everywhere.

const whole = new Intl.NumberFormat('en-US');
// Made once: making one costs more than a frame's share of a long list.
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const dayOfYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const exactly = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const tenths = new Intl.NumberFormat('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export const formatCount = (count: number) => whole.format(count);

/** `1 row`, `7,043 rows`. */
export const formatOf = (count: number, one: string, many = `${one}s`) =>
  `${whole.format(count)} ${count === 1 ? one : many}`;

/** `31k`, `1.2M`: where the exact number is not the point. */
export function formatShort(count: number): string {
  if (count < 1_000) return String(count);
  if (count < 999_500) return `${trim(count / 1_000)}k`;
  return `${trim(count / 1_000_000)}M`;
}

const trim = (value: number) => (value < 9.95 ? value.toFixed(1).replace(/\.0$/, '') : value.toFixed(0));

/** Up to four significant digits, without an exponent where it can be read without. */
export function formatValue(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e7 || size < 1e-4) return value.toExponential(2).replace('e+', 'e');
  if (size >= 10_000) return whole.format(Math.round(value));
  if (Number.isInteger(value)) return whole.format(value);
  if (size >= 1_000) return tenths.format(value);
  return value.toFixed(size >= 100 ? 2 : size >= 10 ? 3 : 4);
}

/** `480 ms`, `1.2 s`, `48 s`, `2m 14s`, `1h 03m`, `4d 2h`. */
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return '–';
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const total = Math.round(seconds);
  if (total < 60) return `${total} s`;
  const pad = (part: number) => String(part).padStart(2, '0');
  if (total < 3600) return `${Math.floor(total / 60)}m ${pad(total % 60)}s`;
  if (total < 86_400) return `${Math.floor(total / 3600)}h ${pad(Math.floor((total % 3600) / 60))}m`;
  return `${Math.floor(total / 86_400)}d ${Math.floor((total % 86_400) / 3600)}h`;
}

/** For what runs: whole seconds only, so that it does not flicker. */
export function formatElapsed(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return whole < 60 ? `${whole} s` : formatDuration(whole);
}

export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return '–';
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = -1;
  do {
    value /= 1000;
    unit++;
  } while (value >= 999.5 && unit < units.length - 1);
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`;
}

/** US dollars; cents where they matter. */
export function formatCost(dollars: number): string {
  if (dollars === 0) return '$0';
  if (dollars < 0.01) return '<$0.01';
  return `$${dollars < 100 ? dollars.toFixed(2) : whole.format(Math.round(dollars))}`;
}

/** `just now`, `4 min ago`, `2 d ago`, `12 Mar`. */
export function formatAgo(time: string | number | Date, now = Date.now()): string {
  const seconds = Math.max(0, (now - new Date(time).getTime()) / 1000);
  if (seconds < 45) return 'just now';
  if (seconds < 3570) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  if (seconds < 84_600) return `${Math.round(seconds / 3600)} h ago`;
  if (seconds < 7 * 86_400) return `${Math.round(seconds / 86_400)} d ago`;
  const date = new Date(time);
  const sameYear = date.getFullYear() === new Date(now).getFullYear();
  return (sameYear ? day : dayOfYear).format(date);
}

export const formatTime = (time: string | number | Date) => exactly.format(new Date(time));

export const formatClock = (time: string | number | Date) => clock.format(new Date(time));
