import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';

/** A titled part of a tab. */
export function Section({
  title,
  hint,
  children,
  className,
}: {
  title: string;
  /** What is to be seen, in a sentence. */
  hint?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <section aria-label={title} className={cn('min-w-0 border-b px-4 py-4', className)}>
      <h3 className="font-[550] text-title">{title}</h3>
      {hint && <p className="mt-0.5 mb-3 max-w-[80ch] text-gray-11 text-small">{hint}</p>}
      {!hint && <div className="h-2" />}
      {children}
    </section>
  );
}
