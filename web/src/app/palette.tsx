import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { Command } from 'cmdk';
import { CircleHelp, FlaskConical, LayoutGrid, Play, Plus, ReceiptText, Square, SunMoon } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { api, dataOf } from '@/api/client';
import { formatAgo } from '@/lib/format';
import { stateWords } from '@/lib/words';
import { meaningOf, StatusDot } from '@/ui/badge';
import { Keys } from '@/ui/keys';
import { Modal } from '@/ui/modal';
import { toastError } from '@/ui/toast';
import { openOverlay } from './overlays';
import { type CanvasTab, TABS } from './router';
import { toggleTheme } from './theme';

const FOUND = 12;
const TAB_NAMES: Readonly<Record<CanvasTab, string>> = {
  report: 'Report',
  metrics: 'Metrics',
  files: 'Files',
  data: 'Data',
  checks: 'Checks',
  predict: 'Predict',
  timeline: 'Timeline',
};

/** Finds experiments by name and commands by what they do. */
export default function Palette() {
  const navigate = useNavigate();
  const { id } = useParams({ strict: false });
  const inSession = location.pathname.startsWith('/sessions/') && id;
  const [text, setText] = useState('');
  const experiments = useQuery({
    queryKey: ['palette', text.trim()],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/experiments', {
          params: { query: { limit: FOUND, q: text.trim() || undefined } },
          signal,
        }),
      ),
    placeholderData: (before) => before,
  });
  const run = (command: () => unknown) => () => {
    openOverlay(null);
    command();
  };
  const fits = (words: string) => words.toLowerCase().includes(text.trim().toLowerCase());
  return (
    <Modal
      open
      onOpenChange={() => openOverlay(null)}
      aria-describedby={undefined}
      className="-translate-x-1/2 fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-24px)] max-w-[560px] overflow-hidden rounded-md border border-gray-6 bg-surface shadow-raised outline-none"
    >
      <Radix.Title className="sr-only">Find anything</Radix.Title>
      <Command shouldFilter={false} label="Find anything" loop>
        <Command.Input
          value={text}
          onValueChange={setText}
          placeholder="Find an experiment or a command"
          className="h-11 w-full border-b bg-transparent px-4 text-title outline-none placeholder:text-gray-9"
        />
        <Command.List className="max-h-[min(440px,60vh)] overflow-y-auto p-1.5 [&_[cmdk-group-heading]]:label [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1">
          <Command.Empty className="px-3 py-6 text-center text-gray-10">Nothing has that name.</Command.Empty>
          {inSession && (
            <Command.Group heading="This session">
              {TABS.filter((tab) => fits(`show ${TAB_NAMES[tab]}`)).map((tab, index) => (
                <Item
                  key={tab}
                  value={`tab-${tab}`}
                  icon={<LayoutGrid size={14} />}
                  shortcut={String(index + 1)}
                  onSelect={run(() => navigate({ to: '/sessions/$id', params: { id }, search: { tab } }))}
                >
                  Show {TAB_NAMES[tab]}
                </Item>
              ))}
              {fits('run all stages') && (
                <Item
                  value="auto"
                  icon={<Play size={14} />}
                  onSelect={run(() =>
                    api
                      .POST('/api/sessions/{id}/auto', { params: { path: { id } }, body: {} })
                      .catch(toastError),
                  )}
                >
                  Run all stages that are left
                </Item>
              )}
              {fits('stop') && (
                <Item
                  value="stop"
                  icon={<Square size={13} />}
                  onSelect={run(() =>
                    api.POST('/api/sessions/{id}/abort', { params: { path: { id } } }).catch(toastError),
                  )}
                >
                  Stop what runs
                </Item>
              )}
            </Command.Group>
          )}
          {(experiments.data?.length ?? 0) > 0 && (
            <Command.Group heading="Experiments">
              {experiments.data?.map((experiment) => (
                <Item
                  key={experiment.id}
                  value={experiment.id}
                  icon={<FlaskConical size={14} />}
                  onSelect={run(() =>
                    experiment.latest_session_id
                      ? navigate({ to: '/sessions/$id', params: { id: experiment.latest_session_id } })
                      : navigate({ to: '/experiments/$id', params: { id: experiment.id } }),
                  )}
                  note={
                    <>
                      <StatusDot meaning={meaningOf(experiment.latest_state)} />{' '}
                      {stateWords(experiment.latest_state)}
                      <span> {formatAgo(experiment.created_at)}</span>
                    </>
                  }
                >
                  {experiment.name}
                </Item>
              ))}
            </Command.Group>
          )}
          <Command.Group heading="Everywhere">
            {fits('all experiments') && (
              <Item
                value="gallery"
                icon={<LayoutGrid size={14} />}
                shortcut="G"
                onSelect={run(() => navigate({ to: '/' }))}
              >
                All experiments
              </Item>
            )}
            {fits('usage: cost by day, model and session') && (
              <Item
                value="usage"
                icon={<ReceiptText size={14} />}
                onSelect={run(() => navigate({ to: '/usage' }))}
              >
                Usage: cost by day, model and session
              </Item>
            )}
            {fits('new experiment') && (
              <Item
                value="new"
                icon={<Plus size={15} />}
                shortcut="N"
                onSelect={run(() => navigate({ to: '/new' }))}
              >
                New experiment
              </Item>
            )}
            {fits('light or dark theme') && (
              <Item value="theme" icon={<SunMoon size={14} />} shortcut="T" onSelect={run(toggleTheme)}>
                Light or dark theme
              </Item>
            )}
            {fits('shortcuts help') && (
              <Item
                value="help"
                icon={<CircleHelp size={14} />}
                shortcut="?"
                onSelect={() => openOverlay('help')}
              >
                Shortcuts
              </Item>
            )}
          </Command.Group>
        </Command.List>
      </Command>
    </Modal>
  );
}

function Item({
  value,
  icon,
  shortcut,
  note,
  onSelect,
  children,
}: {
  value: string;
  icon: ReactNode;
  shortcut?: string;
  note?: ReactNode;
  onSelect: () => void;
  children: ReactNode;
}) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex h-8 cursor-default select-none items-center gap-2.5 rounded-sm px-2 data-[selected=true]:bg-gray-4"
    >
      <span className="flex w-4 justify-center text-gray-10">{icon}</span>
      <span className="min-w-0 grow truncate">{children}</span>
      {note && <span className="flex shrink-0 items-center gap-1.5 text-gray-10 text-small">{note}</span>}
      {shortcut && <Keys>{shortcut}</Keys>}
    </Command.Item>
  );
}
