import { formatCount, formatValue } from '@/lib/format';

/** What of long evidence is shown. */
const MOST = 30;

export const hasEvidence = (value: unknown): boolean =>
  value !== null && value !== undefined && !(typeof value === 'object' && Object.keys(value).length === 0);

/** What a finding rests on: numbers by name as bars, records as a table, the rest as names and values. */
export function Evidence({ value }: { value: unknown }) {
  if (Array.isArray(value)) return value.every(isRecord) ? <Records rows={value} /> : <p>{plain(value)}</p>;
  if (!isRecord(value)) return <p className="mono text-small">{plain(value)}</p>;
  const entries = Object.entries(value);
  const numbers = entries.flatMap(([name, item]) =>
    typeof item === 'number' ? [{ name, value: item }] : [],
  );
  if (numbers.length === entries.length) return <Numbers rows={numbers} />;
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-small">
      {entries.slice(0, MOST).map(([name, item]) => (
        <div key={name} className="contents">
          <dt className="text-gray-10">{name.replaceAll('_', ' ')}</dt>
          <dd className="min-w-0 [overflow-wrap:anywhere]">
            {Array.isArray(item) && item.length > 0 && item.every(isRecord) ? (
              <Records rows={item} />
            ) : (
              plain(item)
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Numbers({ rows }: { rows: { name: string; value: number }[] }) {
  const most = Math.max(...rows.map((row) => Math.abs(row.value)), Number.MIN_VALUE);
  const shown = rows.slice(0, MOST);
  return (
    <dl className="grid max-w-lg grid-cols-[minmax(60px,max-content)_1fr_auto] items-center gap-x-3 gap-y-1 text-small">
      {shown.map((row) => (
        <div key={row.name} className="contents">
          <dt className="truncate text-gray-11" title={row.name}>
            {row.name}
          </dt>
          <dd aria-hidden className="h-2 rounded-sm bg-gray-3">
            <span
              className="block h-full rounded-sm bg-gray-8"
              style={{ width: `${(Math.abs(row.value) / most) * 100}%` }}
            />
          </dd>
          <dd className="number text-right">{formatValue(row.value)}</dd>
        </div>
      ))}
      {rows.length > MOST && <dt className="text-gray-10">and {formatCount(rows.length - MOST)} more</dt>}
    </dl>
  );
}

function Records({ rows }: { rows: readonly Record<string, unknown>[] }) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].slice(0, 12);
  return (
    <div className="overflow-x-auto">
      <table className="number border-collapse text-small">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" className="border-b py-1 pr-4 text-left font-[520] text-gray-10">
                {column.replaceAll('_', ' ')}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST).map((row, index) => (
            <tr key={index}>
              {columns.map((column) => (
                <td key={column} className="border-gray-4 border-b py-1 pr-4">
                  {plain(row[column])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MOST && (
        <p className="mt-1 text-gray-10 text-small">and {formatCount(rows.length - MOST)} more</p>
      )}
    </div>
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function plain(value: unknown): string {
  if (typeof value === 'number') return formatValue(value);
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '–';
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object'))
    return (
      value.slice(0, MOST).map(plain).join(', ') +
      (value.length > MOST ? ` and ${value.length - MOST} more` : '')
    );
  return JSON.stringify(value);
}
