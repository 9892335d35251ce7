import { cva } from 'class-variance-authority';
import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';

/** The four meanings, and none. */
export type Meaning = 'running' | 'done' | 'warning' | 'failed' | 'none';

const badge = cva(
  'inline-flex h-5 shrink-0 items-center gap-1 whitespace-nowrap rounded-sm px-1.5 font-[520] text-label',
  {
    variants: {
      meaning: {
        running: 'bg-accent-soft text-accent-text',
        done: 'bg-done-soft text-done-text',
        warning: 'bg-warning-soft text-warning-text',
        failed: 'bg-failed-soft text-failed-text',
        none: 'bg-gray-4 text-gray-11',
      },
    },
  },
);

export function Badge({
  meaning = 'none',
  className,
  children,
}: {
  meaning?: Meaning;
  className?: string;
  children: ReactNode;
}) {
  return <span className={cn(badge({ meaning }), className)}>{children}</span>;
}

const dot = cva('inline-block size-2 shrink-0 rounded-full', {
  variants: {
    meaning: {
      running: 'animate-pulse bg-accent',
      done: 'bg-done',
      warning: 'bg-warning',
      failed: 'bg-failed',
      none: 'border border-gray-8',
    },
  },
});

/** A state as a dot; the words stand beside it, or in `label` for who cannot see it. */
export function StatusDot({
  meaning,
  label,
  className,
}: {
  meaning: Meaning;
  label?: string;
  className?: string;
}) {
  return (
    <span className={cn(dot({ meaning }), className)}>
      {label && <span className="sr-only">{label}</span>}
    </span>
  );
}

/** What a session's or run's state means. */
export function meaningOf(state: string | null | undefined): Meaning {
  if (!state || state === 'created') return 'none';
  if (state === 'failed') return 'failed';
  if (state === 'cancelled') return 'warning';
  return state.endsWith('running') ? 'running' : 'done';
}
