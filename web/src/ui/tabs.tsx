import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

export interface Tab {
  value: string;
  label: ReactNode;
  /** How many there are of what it shows. */
  count?: number | null;
  /** Something came that has not been looked at. */
  fresh?: boolean;
}

/** A row of tabs over their panels; panels that are not shown are not mounted. */
export function Tabs({
  value,
  onChange,
  tabs,
  label,
  children,
  end,
}: {
  value: string;
  onChange: (value: string) => void;
  tabs: readonly Tab[];
  label: string;
  /** TabPanels. */
  children: ReactNode;
  /** What stands at the end of the row. */
  end?: ReactNode;
}) {
  return (
    <Radix.Root value={value} onValueChange={onChange} className="flex h-full min-h-0 flex-col">
      <div className="flex h-10 shrink-0 items-stretch border-b pr-2">
        <Radix.List
          aria-label={label}
          className="flex min-w-0 grow items-stretch gap-0.5 overflow-x-auto px-2 [scrollbar-width:none]"
        >
          {tabs.map((tab) => (
            <Radix.Trigger
              key={tab.value}
              value={tab.value}
              // Radix is silent about the one that is open: choosing it says that it is to stay.
              onClick={() => tab.value === value && onChange(tab.value)}
              className="-mb-px relative flex shrink-0 items-center gap-1.5 border-transparent border-b-2 px-2.5 font-[520] text-gray-11 text-small transition-colors duration-120 focus-visible:outline-offset-[-3px] hover:text-gray-12 data-[state=active]:border-accent data-[state=active]:text-gray-12"
            >
              {tab.label}
              {tab.count != null && tab.count > 0 && (
                <span className="number font-normal text-gray-10">{tab.count}</span>
              )}
              {tab.fresh && (
                <span className="size-1.5 rounded-full bg-accent">
                  <span className="sr-only">new</span>
                </span>
              )}
            </Radix.Trigger>
          ))}
        </Radix.List>
        {end && <div className="flex items-center gap-1">{end}</div>}
      </div>
      {children}
    </Radix.Root>
  );
}

export function TabPanel({ value, children }: { value: string; children: ReactNode }) {
  return (
    <Radix.Content value={value} className="min-h-0 grow overflow-hidden outline-none">
      {children}
    </Radix.Content>
  );
}
