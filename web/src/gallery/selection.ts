import { useMemo, useState } from 'react';

/** Which experiments are chosen, to do something to all of them. */
export interface Selection {
  size: number;
  ids: ReadonlySet<string>;
  has: (id: string) => boolean;
  set: (id: string, chosen: boolean) => void;
  setAll: (ids: readonly string[]) => void;
}

export function useSelection(): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  return useMemo(
    () => ({
      size: ids.size,
      ids,
      has: (id) => ids.has(id),
      set: (id, chosen) =>
        setIds((now) => {
          const next = new Set(now);
          if (chosen) next.add(id);
          else next.delete(id);
          return next;
        }),
      setAll: (all) => setIds(new Set(all)),
    }),
    [ids],
  );
}
