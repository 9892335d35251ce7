import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChevronLeft, ReceiptText } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import type { UsageItem } from '@/api/types';
import { TopBar } from '@/app/top-bar';
import { formatCost, formatCount, formatOf, formatShort } from '@/lib/format';
import { Button } from '@/ui/button';
import { Empty, ErrorState, SkeletonText } from '@/ui/states';
import { Cell, Head, NumberCell, Table } from '@/ui/table';
import { daysOf, sumOf } from './days';
import { usageQuery } from './queries';

const DAYS = 30;
const SESSIONS = 100;

/** What models have cost: by day, by model, by session. */
export default function UsagePage() {
  const parts = useQueries({ queries: [usageQuery('day'), usageQuery('model'), usageQuery('session')] });
  const [byDay, byModel, bySession] = parts.map((part) => part.data);
  const failed = parts.find((part) => part.error);
  return (
    <>
      <TopBar>
        <Link to="/" className="flex items-center gap-0.5 rounded-sm text-gray-11 hover:text-gray-12">
          <ChevronLeft size={15} /> Experiments
        </Link>
      </TopBar>
      <main id="main" className="min-h-0 grow overflow-y-auto">
        {failed ? (
          <ErrorState
            error={failed.error}
            title="What was used could not be read"
            onRetry={() => {
              for (const part of parts) if (part.error) void part.refetch();
            }}
          />
        ) : !byDay || !byModel || !bySession ? (
          <SkeletonText lines={8} className="mx-auto max-w-[880px] p-6" />
        ) : byModel.length === 0 ? (
          <Empty
            icon={<ReceiptText size={22} />}
            title="Nothing was used yet"
            action={
              <Button asChild>
                <Link to="/">All experiments</Link>
              </Button>
            }
          >
            Once a model has replied, what its replies cost stands here by day, model and session.
          </Empty>
        ) : (
          <Details byDay={byDay} byModel={byModel} bySession={bySession} />
        )}
      </main>
    </>
  );
}

function Details({
  byDay,
  byModel,
  bySession,
}: {
  byDay: readonly UsageItem[];
  byModel: readonly UsageItem[];
  bySession: readonly UsageItem[];
}) {
  const days = useMemo(() => daysOf(byDay, new Date(), DAYS), [byDay]);
  const sum = sumOf(byModel);
  return (
    <div className="mx-auto flex max-w-[880px] flex-col gap-7 px-4 py-6">
      <div>
        <h1 className="font-[600] text-display tracking-[-0.01em]">Usage</h1>
        <p className="number text-gray-11">
          {formatCost(sum.cost)} · {formatOf(sum.turns, 'reply', 'replies')} · {formatShort(sum.tokens)}{' '}
          tokens
        </p>
        {sum.unpriced > 0 && (
          <p className="text-gray-10 text-small">
            {formatOf(sum.unpriced, 'reply', 'replies')} of models without a known price{' '}
            {sum.unpriced === 1 ? 'is' : 'are'} not in these dollars.
          </p>
        )}
      </div>
      <Part title="By day" note="Days are UTC." items={days} name="Day" />
      <Part title="By model" items={byModel} name="Model" />
      <Part
        title="By session"
        note={
          bySession.length > SESSIONS
            ? `The dearest ${SESSIONS} of ${formatCount(bySession.length)}.`
            : 'The dearest first.'
        }
        items={bySession.slice(0, SESSIONS)}
        name="Session"
        label={(item) => (
          <Link
            to="/sessions/$id"
            params={{ id: item.key }}
            className="rounded-sm text-accent-text hover:underline"
          >
            {item.name ?? 'Session'} <span className="mono text-gray-10">{item.key.slice(0, 13)}</span>
          </Link>
        )}
      />
    </div>
  );
}

function Part({
  title,
  note,
  items,
  name,
  label = (item) => item.key,
}: {
  title: string;
  note?: string;
  items: readonly UsageItem[];
  name: string;
  label?: (item: UsageItem) => ReactNode;
}) {
  // Bars are of dollars; where nothing has a price, of tokens.
  const priced = items.some((item) => item.cost_usd > 0);
  const sizeOf = (item: UsageItem) => (priced ? item.cost_usd : item.input_tokens + item.output_tokens);
  const most = Math.max(...items.map(sizeOf), Number.MIN_VALUE);
  return (
    <section aria-label={title}>
      <div className="mb-1 flex items-baseline gap-3">
        <h2 className="label">{title}</h2>
        {note && <span className="text-gray-10 text-small">{note}</span>}
      </div>
      <div className="overflow-x-auto">
        <Table>
          <thead>
            <tr>
              <Head>{name}</Head>
              <Head
                className="w-1/4 max-sm:hidden"
                aria-label={priced ? 'Share of the dearest' : 'Share of the most'}
              />
              <Head className="text-right">Replies</Head>
              <Head className="text-right">Tokens in</Head>
              <Head className="text-right">Tokens out</Head>
              <Head className="text-right">Cost</Head>
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <tr key={item.key}>
                <Cell className="max-w-[36ch] truncate">{label(item)}</Cell>
                <Cell className="max-sm:hidden" aria-hidden>
                  <div
                    className="h-2 rounded-sm bg-accent"
                    style={{ width: `${(100 * sizeOf(item)) / most}%` }}
                  />
                </Cell>
                <NumberCell>{formatCount(item.turns)}</NumberCell>
                <NumberCell>{formatShort(item.input_tokens)}</NumberCell>
                <NumberCell>{formatShort(item.output_tokens)}</NumberCell>
                <NumberCell>
                  {item.unpriced_turns === item.turns && item.turns > 0 ? (
                    <span title="The price is not known">–</span>
                  ) : (
                    formatCost(item.cost_usd)
                  )}
                </NumberCell>
              </tr>
            ))}
          </tbody>
        </Table>
      </div>
    </section>
  );
}
