import { Check, ChevronRight, CircleX, TriangleAlert } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { type CheckReport, type Finding, STAGES, type Stage } from '@/api/types';
import { Sentence } from '@/canvas/parts/sentence';
import { cn } from '@/lib/cn';
import { formatCount } from '@/lib/format';
import { STAGE_NAMES } from '@/lib/words';
import { Evidence, hasEvidence } from './evidence';

interface Found {
  stage: Stage;
  finding: Finding;
}

/** Three lists: what is wrong, what to know, what holds. */
export function Findings({ checks }: { checks: Partial<Record<Stage, CheckReport>> }) {
  const list = (kind: 'errors' | 'warnings' | 'passed'): Found[] =>
    STAGES.flatMap((stage) => (checks[stage]?.[kind] ?? []).map((finding) => ({ stage, finding })));
  const [errors, warnings, passed] = [list('errors'), list('warnings'), list('passed')];
  return (
    <div className="px-4 pb-10">
      <List
        title="Errors"
        none="None. Each stage's outputs hold what was promised."
        found={errors}
        icon={<CircleX size={15} aria-hidden className="text-failed" />}
      />
      <List
        title="Warnings"
        none="None."
        found={warnings}
        icon={<TriangleAlert size={15} aria-hidden className="text-warning" />}
      />
      <List
        title="Passed"
        none="Nothing yet."
        found={passed}
        icon={<Check size={15} aria-hidden className="text-done" />}
      />
    </div>
  );
}

function List({
  title,
  none,
  found,
  icon,
}: {
  title: string;
  none: string;
  found: readonly Found[];
  icon: ReactNode;
}) {
  return (
    <section aria-label={title} className="pt-4">
      <h3 className="mb-1 flex items-baseline gap-2 font-[550]">
        {title}
        <span className="number font-normal text-gray-10">
          {found.length > 0 && formatCount(found.length)}
        </span>
      </h3>
      {found.length === 0 ? (
        <p className="text-gray-10 text-small">{none}</p>
      ) : (
        <ul>
          {found.map(({ stage, finding }, index) => (
            <Row key={`${stage}-${finding.code}-${index}`} stage={stage} finding={finding} icon={icon} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Row({ stage, finding, icon }: Found & { icon: ReactNode }) {
  const [open, setOpen] = useState(false);
  const more = hasEvidence(finding.evidence);
  const line = (
    <>
      <span className="flex h-5 shrink-0 items-center">{icon}</span>
      <span className="min-w-0 grow text-left [overflow-wrap:anywhere]">
        <Sentence text={finding.message} />
      </span>
      {more && (
        <ChevronRight
          size={14}
          aria-hidden
          className={cn(
            'mt-[3px] shrink-0 text-gray-9 transition-transform duration-120',
            open && 'rotate-90',
          )}
        />
      )}
      <span className="w-10 shrink-0 text-right text-gray-10 text-small">{STAGE_NAMES[stage]}</span>
    </>
  );
  return (
    <li className="border-gray-4 border-t first:border-t-0">
      {more ? (
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="flex w-full items-start gap-2.5 rounded-sm py-1.5 hover:bg-gray-3"
        >
          {line}
        </button>
      ) : (
        <div className="flex items-start gap-2.5 py-1.5">{line}</div>
      )}
      {open && (
        <div className="mb-2 ml-[25px]">
          <Evidence value={finding.evidence} />
        </div>
      )}
    </li>
  );
}
