import type { DriftReport } from '@/api/schema';
import { cn } from '@/lib/cn';
import { formatOf } from '@/lib/format';

/** Population stability indices by the usual rule of thumb: from here on a column has changed, and changed much. */
const SOME = 0.1;
const MUCH = 0.25;
const MOST_SHOWN = 8;

/** How a version's rows differ from those of the version before. */
export function Drift({ drift }: { drift: DriftReport }) {
  const changed = drift.columns.filter((column) => column.psi >= SOME);
  return (
    <div className="mt-1.5 flex flex-col gap-1.5 text-small">
      <p className="text-gray-11">
        {summaryOf(drift, changed.length)}
        {drift.added.length > 0 && <Names word="New" names={drift.added} />}
        {drift.removed.length > 0 && <Names word="Gone" names={drift.removed} warns />}
      </p>
      {changed.length > 0 && (
        <table className="w-full max-w-[560px]">
          <thead className="sr-only">
            <tr>
              <th>Column</th>
              <th>Stability index</th>
              <th>Missing</th>
            </tr>
          </thead>
          <tbody>
            {changed.slice(0, MOST_SHOWN).map((column) => (
              <tr key={column.name} className="h-6">
                <td className="max-w-48 truncate pr-3 font-mono text-[12px]" title={column.name}>
                  {column.name}
                </td>
                <td className="w-1/2">
                  <div className="flex items-center gap-2">
                    <div className="h-1.5 grow overflow-hidden rounded-full bg-gray-3">
                      <div
                        className={cn('h-full rounded-full', column.psi >= MUCH ? 'bg-warning' : 'bg-gray-8')}
                        style={{ width: `${Math.min(100, column.psi * 100)}%` }}
                      />
                    </div>
                    <span className="number w-16 text-gray-11">PSI {column.psi.toFixed(2)}</span>
                  </div>
                </td>
                <td className="number whitespace-nowrap pl-3 text-gray-10">
                  {missingOf(column.missing_before, column.missing_now)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {changed.length > MOST_SHOWN && (
        <p className="text-gray-10">and {formatOf(changed.length - MOST_SHOWN, 'more column')}</p>
      )}
    </div>
  );
}

function Names({ word, names, warns }: { word: string; names: readonly string[]; warns?: boolean }) {
  return (
    <>
      {' '}
      {word}:{' '}
      <span className={cn('font-mono text-[12px]', warns && 'text-warning-text')}>
        {names.slice(0, MOST_SHOWN).join(', ')}
        {names.length > MOST_SHOWN && ` and ${names.length - MOST_SHOWN} more`}
      </span>
      .
    </>
  );
}

function summaryOf(drift: DriftReport, changed: number): string {
  return changed === 0
    ? `No column differs much from version ${drift.from}’s.`
    : `${formatOf(changed, 'column')} ${changed === 1 ? 'differs' : 'differ'} from version ${drift.from}’s.`;
}

/** Said only where the share of missing values has moved. */
function missingOf(before: number, now: number): string {
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return Math.abs(now - before) < 0.01 ? '' : `missing ${percent(before)} → ${percent(now)}`;
}
