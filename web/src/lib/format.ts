// How numbers, times and sizes are written everywhere.

// Not by Intl: the first formatter that a page makes costs 40 ms where one has to be quick, and these are few and fixed.
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (part: number) => String(part).padStart(2, '0');
const day = (date: Date) => `${date.getDate()} ${MONTHS[date.getMonth()]}`;
const clock = (date: Date) => [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');

/** With commas between thousands. */
function grouped(value: number, digits = 0): string {
  const [whole = '', rest] = value.toFixed(digits).split('.');
  const commas = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return rest === undefined ? commas : `${commas}.${rest}`;
}

export const formatCount = (count: number) => grouped(count);

/** `1 row`, `7,043 rows`. */
export const formatOf = (count: number, one: string, many = `${one}s`) =>
  `${grouped(count)} ${count === 1 ? one : many}`;

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
  if (size >= 10_000) return grouped(value);
  if (Number.isInteger(value)) return grouped(value);
  if (size >= 1_000) return grouped(value, 1);
  return value.toFixed(size >= 100 ? 2 : size >= 10 ? 3 : 4);
}

/** `480 ms`, `1.2 s`, `48 s`, `2m 14s`, `1h 03m`, `4d 2h`. */
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return '–';
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const total = Math.round(seconds);
  if (total < 60) return `${total} s`;
  if (total < 3600) return `${Math.floor(total / 60)}m ${two(total % 60)}s`;
  if (total < 86_400) return `${Math.floor(total / 3600)}h ${two(Math.floor((total % 3600) / 60))}m`;
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
  return `$${dollars < 100 ? dollars.toFixed(2) : grouped(dollars)}`;
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
  return sameYear ? day(date) : `${day(date)} ${date.getFullYear()}`;
}

/** `12 Mar 2026, 14:03:05`. */
export function formatTime(time: string | number | Date): string {
  const date = new Date(time);
  return `${day(date)} ${date.getFullYear()}, ${clock(date)}`;
}

export const formatClock = (time: string | number | Date) => clock(new Date(time));
