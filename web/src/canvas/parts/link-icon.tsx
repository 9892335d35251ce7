import type { ReactNode } from 'react';
import { Tooltip } from '@/ui/tooltip';

/** A link that is only an icon, such as a download. */
export function LinkIcon({ label, href, children }: { label: string; href: string; children: ReactNode }) {
  return (
    <Tooltip text={label}>
      <a
        href={href}
        aria-label={label}
        className="inline-flex size-7 shrink-0 items-center justify-center rounded-md text-gray-11 transition-colors duration-120 hover:bg-gray-4 hover:text-gray-12"
      >
        {children}
      </a>
    </Tooltip>
  );
}
