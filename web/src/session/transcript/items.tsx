import { CircleAlert, FileText, Info, ShieldCheck, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';
import { formatOf, formatTime, formatValue } from '@/lib/format';
import { metricName, STAGE_NAMES } from '@/lib/words';
import type { CheckItem, NoticeItem, ReportItem, TextItem, UserItem } from '@/live/view';
import { useStudio } from '@/session/context';
import { Markdown } from '@/ui/markdown';

export function Text({ item }: { item: TextItem }) {
  return (
    <div className="px-1.5 py-1" title={formatTime(item.at)}>
      <Markdown>{item.text}</Markdown>
      {item.streaming && <span className="sr-only">The agent is writing.</span>}
    </div>
  );
}

export function User({ item }: { item: UserItem }) {
  return (
    <div
      className="my-1 rounded-md border border-accent-line bg-accent-soft px-3 py-2"
      title={formatTime(item.at)}
    >
      <div className="label text-accent-text">You</div>
      <p className="whitespace-pre-wrap [overflow-wrap:anywhere]">{item.text}</p>
    </div>
  );
}

/** A line that leads to where there is more. */
function LinkLine({
  icon,
  onClick,
  children,
}: {
  icon: ReactNode;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <button
      type="button"
      onClick={onClick}
      className="flex w-full min-w-0 items-center gap-2 rounded-md px-1.5 py-1 text-left hover:bg-gray-3"
    >
      {icon}
      <span className="min-w-0 grow truncate">{children}</span>
    </button>
  );
}

export function Report({ item }: { item: ReportItem }) {
  const { show } = useStudio();
  const stage = item.stage ?? 'eda';
  return (
    <LinkLine
      icon={<FileText size={15} className="shrink-0 text-gray-9" />}
      onClick={() => show({ tab: 'report', stage })}
    >
      {STAGE_NAMES[stage]} report
    </LinkLine>
  );
}

export function CheckLine({ item }: { item: CheckItem }) {
  const { show } = useStudio();
  const { errors, warnings, passed } = item.report;
  const icon =
    errors.length > 0 ? (
      <CircleAlert size={15} className="shrink-0 text-failed" />
    ) : warnings.length > 0 ? (
      <TriangleAlert size={15} className="shrink-0 text-warning" />
    ) : (
      <ShieldCheck size={15} className="shrink-0 text-done" />
    );
  const parts = [
    errors.length > 0 && formatOf(errors.length, 'error'),
    warnings.length > 0 && formatOf(warnings.length, 'warning'),
    passed.length > 0 && `${formatOf(passed.length, 'check')} passed`,
  ].filter(Boolean);
  return (
    <div>
      <LinkLine icon={icon} onClick={() => show({ tab: 'checks', stage: item.stage ?? undefined })}>
        Referee: {parts.join(', ') || 'nothing to check'}
      </LinkLine>
      {[...errors, ...warnings].slice(0, 3).map((finding) => (
        <p key={finding.code + finding.message} className="pl-[30px] text-gray-11 text-small">
          {finding.message}
        </p>
      ))}
      {item.score && (
        <button
          type="button"
          onClick={() => show({ tab: 'checks', stage: 'train' })}
          className="mt-1 mb-1 ml-[30px] flex flex-wrap items-baseline gap-x-3 rounded-md text-left hover:underline"
        >
          <span className="mono font-[600] text-title">
            {metricName(item.score.metric)} {formatValue(item.score.value)}
          </span>
          <span className="number text-gray-10 text-small">
            {formatValue(item.score.low)} to {formatValue(item.score.high)} · baseline{' '}
            {formatValue(item.score.baseline)}
          </span>
        </button>
      )}
    </div>
  );
}

export function Notice({ item }: { item: NoticeItem }) {
  const Icon = item.level === 'error' ? CircleAlert : item.level === 'warning' ? TriangleAlert : Info;
  return (
    <div
      className={cn(
        'my-0.5 flex items-start gap-2 rounded-md px-2 py-1.5',
        item.level === 'error' && 'bg-failed-soft text-failed-text',
        item.level === 'warning' && 'bg-warning-soft text-warning-text',
        item.level === 'info' && 'text-gray-11',
      )}
      title={formatTime(item.at)}
    >
      <Icon size={15} className="mt-[2.5px] shrink-0" />
      <p className="min-w-0 [overflow-wrap:anywhere]">{item.text}</p>
    </div>
  );
}
