import type { CanvasTab } from '@/app/router';
import { Skeleton, SkeletonText } from '@/ui/states';

/** The shape of a tab while its code or its data is on the way. */
export function TabSkeleton({ tab }: { tab: CanvasTab }) {
  return (
    <div role="status" aria-label="Loading" className="h-full overflow-hidden">
      {tab === 'report' && (
        <div className="mx-auto flex max-w-[72ch] flex-col gap-5 px-6 pt-6">
          <Skeleton className="h-7 w-1/3" />
          <SkeletonText lines={4} />
          <Skeleton className="h-44" />
          <SkeletonText lines={5} />
        </div>
      )}
      {tab === 'metrics' && (
        <div className="flex flex-col gap-6 p-4">
          <Skeleton className="h-12" />
          <Skeleton className="h-52" />
          <Skeleton className="h-52" />
        </div>
      )}
      {(tab === 'files' || tab === 'data' || tab === 'timeline' || tab === 'checks' || tab === 'predict') && (
        <div className="flex flex-col gap-3 p-4">
          {['w-1/3', 'w-1/2', 'w-2/5', 'w-1/2', 'w-1/4', 'w-2/5', 'w-1/3'].map((width, row) => (
            <Skeleton key={row} className={`h-4 ${width}`} />
          ))}
        </div>
      )}
    </div>
  );
}
