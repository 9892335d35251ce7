import { CircleAlert, RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError } from '@/api/problem';
import { cn } from '@/lib/cn';
import { Button } from './button';

/** A grey shape where something will be. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn('animate-shimmer rounded-sm bg-gray-4', className)} />;
}

/** Lines of text to come, of uneven length. */
export function SkeletonText({ lines = 4, className }: { lines?: number; className?: string }) {
  const widths = ['w-11/12', 'w-full', 'w-4/5', 'w-[95%]', 'w-2/3'];
  return (
    <div role="status" aria-label="Loading" className={cn('flex flex-col gap-2.5', className)}>
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} className={cn('h-3', widths[line % widths.length])} />
      ))}
    </div>
  );
}

/** Nothing here yet: what would be, and the one thing to do. */
export function Empty({
  icon,
  title,
  children,
  action,
  className,
}: {
  icon?: ReactNode;
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}) {
  return (
    <div
      className={cn('flex flex-col items-center justify-center gap-1.5 px-6 py-14 text-center', className)}
    >
      {icon && <div className="mb-1.5 text-gray-8">{icon}</div>}
      <p className="font-[550]">{title}</p>
      {children && <p className="max-w-[44ch] text-balance text-gray-10">{children}</p>}
      {action && <div className="mt-3 flex gap-2">{action}</div>}
    </div>
  );
}

/** What failed, why, and the way to try again. */
export function ErrorState({
  error,
  title,
  onRetry,
  className,
}: {
  error: unknown;
  title?: string;
  onRetry?: () => void;
  className?: string;
}) {
  const message = error instanceof Error ? error.message : String(error);
  const trace = error instanceof ApiError ? error.traceId : null;
  return (
    <div
      role="alert"
      className={cn('flex flex-col items-center justify-center gap-1.5 px-6 py-14 text-center', className)}
    >
      <CircleAlert size={20} className="mb-1 text-failed" />
      {title && <p className="font-[550]">{title}</p>}
      <p className="max-w-[60ch] text-balance text-gray-11 [overflow-wrap:anywhere]">{message}</p>
      {trace && <p className="mono text-gray-10 text-label">trace {trace}</p>}
      {onRetry && (
        <Button className="mt-3" onClick={onRetry}>
          <RotateCw size={13} /> Try again
        </Button>
      )}
    </div>
  );
}
