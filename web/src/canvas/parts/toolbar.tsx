import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';

/** The row of controls above what a tab shows. */
export function Toolbar({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <div
      className={cn(
        'flex min-h-10 shrink-0 flex-wrap items-center gap-x-2 gap-y-1 border-b px-3 py-1.5',
        className,
      )}
    >
      {children}
    </div>
  );
}
