import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';

/** A key, or keys, of the keyboard. */
export function Keys({ children, inverse }: { children: ReactNode; inverse?: boolean }) {
  return (
    <kbd
      className={cn(
        'inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-sm border px-1 text-[10.5px] leading-none',
        inverse ? 'border-gray-9 text-gray-6' : 'border-gray-6 bg-gray-2 text-gray-10',
      )}
    >
      {children}
    </kbd>
  );
}
