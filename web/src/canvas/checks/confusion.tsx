import { formatCount } from '@/lib/format';

/** True labels down, predicted ones across; the darker, the more of its row. */
export function Confusion({
  labels,
  counts,
}: {
  labels: readonly string[];
  counts: readonly (readonly number[])[];
}) {
  return (
    <div role="group" className="overflow-x-auto pb-1" tabIndex={0} aria-label="Confusion matrix">
      <table className="number border-separate border-spacing-0.5 text-small">
        <thead>
          <tr>
            <td />
            <td />
            <th
              scope="colgroup"
              colSpan={labels.length}
              className="pb-1 text-center font-normal text-gray-10"
            >
              predicted
            </th>
          </tr>
          <tr>
            <td />
            <td />
            {labels.map((label) => (
              <th
                key={label}
                scope="col"
                className="max-w-28 truncate px-1 pb-1 text-center font-[520]"
                title={label}
              >
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {counts.map((row, truth) => {
            const sum = row.reduce((total, count) => total + count, 0);
            return (
              <tr key={labels[truth]}>
                {truth === 0 && (
                  <th scope="rowgroup" rowSpan={labels.length} className="pr-1 font-normal text-gray-10">
                    <span className="inline-block [writing-mode:vertical-rl] [transform:rotate(180deg)]">
                      truth
                    </span>
                  </th>
                )}
                <th
                  scope="row"
                  className="max-w-36 truncate pr-2 text-right font-[520]"
                  title={labels[truth]}
                >
                  {labels[truth]}
                </th>
                {row.map((count, predicted) => (
                  <Box
                    key={labels[predicted]}
                    count={count}
                    share={sum > 0 ? count / sum : 0}
                    right={truth === predicted}
                    title={`${formatCount(count)} rows that are ${labels[truth]} were called ${labels[predicted]}`}
                  />
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Box({
  count,
  share,
  right,
  title,
}: {
  count: number;
  share: number;
  right: boolean;
  title: string;
}) {
  const tone = right ? 'var(--accent)' : 'var(--series-2)';
  return (
    <td
      title={title}
      className="h-12 min-w-20 rounded-sm text-center"
      style={{ background: `color-mix(in oklab, ${tone} ${Math.round(share * 62)}%, var(--gray-3))` }}
    >
      <span className="block font-[550] text-gray-12">{formatCount(count)}</span>
      <span className="block text-gray-12 text-label opacity-80">{(share * 100).toFixed(0)} %</span>
    </td>
  );
}
