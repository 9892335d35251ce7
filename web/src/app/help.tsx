import { Dialog } from '@/ui/dialog';
import { Keys } from '@/ui/keys';
import { openOverlay } from './overlays';
import { SHORTCUTS } from './shortcuts';

export default function Help() {
  const groups = [...new Set(SHORTCUTS.map((shortcut) => shortcut.group))];
  return (
    <Dialog open onOpenChange={() => openOverlay(null)} title="Shortcuts">
      {groups.map((group) => (
        <section key={group} className="mb-4 last:mb-0">
          <h3 className="label mb-1">{group}</h3>
          <dl>
            {SHORTCUTS.filter((shortcut) => shortcut.group === group).map(({ keys, does }) => (
              <div
                key={keys}
                className="flex items-center justify-between gap-4 border-gray-4 border-b py-1.5 last:border-0"
              >
                <dt>{does}</dt>
                <dd>
                  <Keys>{keys}</Keys>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <p className="text-gray-10">
        The API has its own reference at{' '}
        <a className="text-accent-text underline underline-offset-2" href="/docs">
          /docs
        </a>
        .
      </p>
    </Dialog>
  );
}
