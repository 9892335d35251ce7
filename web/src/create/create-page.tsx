import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { ChevronRight, Play } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { api } from '@/api/client';
import type { DatasetPreview } from '@/api/types';
import { TopBar } from '@/app/top-bar';
import { formatBytes } from '@/lib/format';
import { metricName } from '@/lib/words';
import { dollarsWrong, minutesWrong, NO_CHOICE, startOptions } from '@/session/stages/run-choice';
import { RunFields } from '@/session/stages/run-fields';
import { Button } from '@/ui/button';
import { Field, Input, TextArea } from '@/ui/field';
import { Select } from '@/ui/select';
import { Skeleton } from '@/ui/states';
import { toastError } from '@/ui/toast';
import { ColumnPicker } from './column-picker';
import { type ChosenFile, takeCarried, useDrop } from './dropped';
import { FileList } from './file-list';
import { likelyProblem, METRICS, PROBLEMS } from './metrics';
import { previewQuery } from './preview';
import { PreviewTable } from './preview-table';
import { discard, unfinished } from './resumable';
import { isLarge, type UploadProgress, upload } from './upload';
import { UploadBar } from './upload-bar';

const AUTO = 'auto';
const PAUSE = 'pause';
/** Of so many files one is offered as the main table. */
const MOST_OFFERED = 200;
const isTable = (path: string) =>
  /\.(csv|tsv|txt|parquet|pq|xlsx|xlsm|json|jsonl|ndjson)(\.gz)?$/i.test(path);

/** While another sheet of the workbook is read, the sheets stay where they are. */
const keepSheets = (last: DatasetPreview | undefined, query: { queryKey: readonly unknown[] } | undefined) =>
  last?.sheets && query?.queryKey[0] === 'preview' ? last : undefined;

/** `telco-churn.csv` → `telco-churn`; a folder's name for what came in one. */
function nameOf(files: readonly ChosenFile[]): string {
  const [first] = files;
  if (!first) return '';
  const folder = first.path.includes('/') ? first.path.split('/')[0] : undefined;
  return (
    folder ?? first.path.replace(/(\.(csv|tsv|txt|json|jsonl|ndjson|parquet|pq|gz|xlsx|xlsm))+$/i, '')
  ).slice(0, 200);
}

/** A new experiment: data, what to predict, and how. */
export default function CreatePage() {
  const navigate = useNavigate();
  const [files, setFiles] = useState<ChosenFile[]>(takeCarried);
  const [name, setName] = useState<string | null>(null);
  const [target, setTarget] = useState('');
  const [problem, setProblem] = useState(AUTO);
  const [metric, setMetric] = useState(AUTO);
  const [dropped, setDropped] = useState<string[]>([]);
  const [group, setGroup] = useState('');
  const [time, setTime] = useState('');
  const [holdout, setHoldout] = useState(AUTO);
  const [dictionary, setDictionary] = useState('');
  const [instructions, setInstructions] = useState('');
  const [choice, setChoice] = useState(NO_CHOICE);
  const [sheet, setSheet] = useState('');
  const [main, setMain] = useState(AUTO);
  const [progress, setProgress] = useState<UploadProgress | null>(null);
  const [paused, setPaused] = useState<{ run: boolean } | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const abort = useRef<AbortController>(null);

  const add = (more: ChosenFile[]) => {
    setError(null);
    setSheet('');
    setMain(AUTO);
    setFiles((now) => [...now.filter((one) => !more.some((other) => other.path === one.path)), ...more]);
  };
  const drop = useDrop(add);
  const single = files.length === 1 ? (files[0] ?? null) : null;
  const preview = useQuery({ ...previewQuery(single, sheet), placeholderData: keepSheets });
  const columns = useMemo(() => (single ? (preview.data?.columns ?? []) : []), [single, preview.data]);
  const kind = problem === AUTO ? likelyProblem(columns.find((column) => column.name === target)) : problem;
  const shownName = name ?? nameOf(files);
  const ready =
    files.length > 0 &&
    shownName.trim() !== '' &&
    !minutesWrong(choice) &&
    !dollarsWrong(choice) &&
    !progress;

  const create = async (run: boolean) => {
    setError(null);
    const control = new AbortController();
    abort.current = control;
    setPaused(null);
    setProgress({ sent: 0, total: files.reduce((sum, { file }) => sum + file.size, 0), rate: null });
    try {
      const created = await upload(
        {
          name: shownName.trim(),
          files,
          instructions: instructions.trim(),
          options: {
            ...(target && { target }),
            ...(problem !== AUTO && { problem_type: problem }),
            ...(metric !== AUTO && { metric }),
            ...(dropped.length > 0 && { drop_columns: dropped }),
            ...(group && { group_column: group }),
            ...(time && { time_column: time }),
            ...(holdout !== AUTO && { holdout }),
            ...(sheet && single && { sheet }),
            ...(main !== AUTO && files.length > 1 && { main }),
            ...(dictionary.trim() && { data_dictionary: dictionary.trim() }),
          },
        },
        setProgress,
        control.signal,
      );
      const id = created.session_id;
      if (run) {
        const body = startOptions(choice);
        // The experiment is made: what keeps it from starting is said where it can be started.
        await api.POST('/api/sessions/{id}/auto', { params: { path: { id } }, body }).catch(toastError);
      }
      await navigate({ to: '/sessions/$id', params: { id } });
    } catch (failure) {
      if (control.signal.reason === PAUSE) {
        setPaused({ run });
        return;
      }
      setProgress(null);
      if (!control.signal.aborted) setError(failure as Error);
    }
  };
  const cancel = () => {
    abort.current?.abort();
    setPaused(null);
    setProgress(null);
    void discard(files);
  };
  const begun = files.length === 0 ? unfinished() : [];

  return (
    <>
      <TopBar>
        <span className="font-[550]">New experiment</span>
      </TopBar>
      <main id="main" className="min-h-0 grow overflow-y-auto" {...drop.target}>
        <form
          className="mx-auto flex max-w-[880px] flex-col gap-7 px-4 py-6"
          onSubmit={(event) => {
            event.preventDefault();
            if (ready) void create(true);
          }}
        >
          <section aria-label="Data" className="flex flex-col gap-3">
            <h1 className="font-[600] text-heading">Data</h1>
            <FileList
              files={files}
              over={drop.over}
              onAdd={add}
              onRemove={(path) => setFiles((now) => now.filter((one) => one.path !== path))}
            />
            {begun.length > 0 && (
              <p role="status" className="text-gray-10">
                {begun.map(({ path, size }) => `${path} (${formatBytes(size)})`).join(', ')} did not arrive
                whole. Choose the same file again, and the upload goes on where it stopped.
              </p>
            )}
            {single && preview.data?.sheets && preview.data.sheets.length > 1 && (
              <Field label="Sheet" className="max-w-80">
                {(field) => (
                  <Select
                    {...field}
                    value={sheet || (preview.data.sheet ?? '')}
                    onChange={(value) => {
                      setSheet(value);
                      setTarget('');
                      setDropped([]);
                      setGroup('');
                      setTime('');
                    }}
                    options={(preview.data.sheets ?? []).map((value) => ({ value, label: value }))}
                  />
                )}
              </Field>
            )}
            {single && preview.isPending && <Skeleton className="h-48 rounded-md" />}
            {single && preview.error && (
              <p role="alert" className="rounded-md bg-failed-soft px-3 py-2 text-failed-text">
                {preview.error.message}
              </p>
            )}
            {single && preview.data && (
              <PreviewTable preview={preview.data} target={target} dropped={dropped} onTarget={setTarget} />
            )}
            {files.length > 1 && (
              <Field
                label="Main table"
                className="max-w-[520px]"
                hint={
                  main === AUTO
                    ? 'Files with the same columns become one table. Otherwise the largest with the column to predict is the table, and the others lie beside it; without one, the agent joins them and draws the test rows itself.'
                    : 'Part of its rows is held back to measure; the other files lie beside it.'
                }
              >
                {(field) => (
                  <Select
                    {...field}
                    value={main}
                    onChange={setMain}
                    options={[
                      { value: AUTO, label: 'By the columns' },
                      ...files
                        .filter(({ path }) => isTable(path))
                        .slice(0, MOST_OFFERED)
                        .map(({ path }) => ({ value: path, label: path })),
                    ]}
                  />
                )}
              </Field>
            )}
          </section>

          {files.length > 0 && (
            <>
              <section aria-label="Goal" className="flex flex-col gap-3">
                <h2 className="font-[600] text-heading">Goal</h2>
                <div className="grid gap-x-4 gap-y-3.5 sm:grid-cols-2">
                  <Field label="Name">
                    {(field) => (
                      <Input
                        {...field}
                        value={shownName}
                        maxLength={200}
                        onChange={(event) => setName(event.target.value)}
                      />
                    )}
                  </Field>
                  <Field
                    label="Predict"
                    hint={
                      target
                        ? undefined
                        : 'Left open, the agent settles it from the data and your instructions.'
                    }
                  >
                    {(field) =>
                      columns.length > 0 ? (
                        <ColumnPicker
                          {...field}
                          columns={columns}
                          value={target ? [target] : []}
                          onChange={([chosen]) => setTarget(chosen ?? '')}
                          placeholder="The agent decides"
                        />
                      ) : (
                        <Input
                          {...field}
                          value={target}
                          onChange={(event) => setTarget(event.target.value)}
                          placeholder="The agent decides"
                          className="mono"
                        />
                      )
                    }
                  </Field>
                  <Field label="Problem">
                    {(field) => (
                      <Select
                        {...field}
                        value={problem}
                        onChange={(value) => {
                          setProblem(value);
                          setMetric(AUTO);
                        }}
                        options={[{ value: AUTO, label: 'By the target' }, ...PROBLEMS]}
                      />
                    )}
                  </Field>
                  <Field label="Metric">
                    {(field) => (
                      <Select
                        {...field}
                        value={metric}
                        onChange={setMetric}
                        options={[
                          {
                            value: AUTO,
                            label: kind
                              ? `${metricName(METRICS[kind]?.[0] ?? '')} (the usual)`
                              : 'The usual one',
                          },
                          ...(kind ? (METRICS[kind] ?? []) : []).map((value) => ({
                            value,
                            label: metricName(value),
                          })),
                        ]}
                      />
                    )}
                  </Field>
                </div>
                <Field label="Instructions" optional>
                  {(field) => (
                    <TextArea
                      {...field}
                      rows={3}
                      value={instructions}
                      onChange={(event) => setInstructions(event.target.value)}
                      placeholder="What the model is for, what matters, what to leave alone."
                    />
                  )}
                </Field>
              </section>

              <details className="group">
                <summary className="flex w-fit items-center gap-1 rounded-sm font-[600] text-heading marker:content-['']">
                  <ChevronRight
                    size={16}
                    className="text-gray-9 transition-transform duration-120 group-open:rotate-90"
                  />
                  Details
                </summary>
                <div className="grid gap-x-4 gap-y-3.5 pt-3 sm:grid-cols-2">
                  {columns.length > 0 && (
                    <Field
                      label="Leave out"
                      optional
                      hint="Columns that no model may use."
                      className="sm:col-span-2"
                    >
                      {(field) => (
                        <ColumnPicker
                          {...field}
                          columns={columns.filter((column) => column.name !== target)}
                          value={dropped}
                          onChange={setDropped}
                          several
                          placeholder="No column"
                        />
                      )}
                    </Field>
                  )}
                  {columns.length > 0 && (
                    <>
                      <Field
                        label="Group"
                        optional
                        hint="Rows with the same value stay on one side of every split."
                      >
                        {(field) => (
                          <ColumnPicker
                            {...field}
                            columns={columns}
                            value={group ? [group] : []}
                            onChange={([chosen]) => setGroup(chosen ?? '')}
                            placeholder="No group"
                          />
                        )}
                      </Field>
                      <Field label="Time" optional hint="The test rows are the latest.">
                        {(field) => (
                          <ColumnPicker
                            {...field}
                            columns={columns}
                            value={time ? [time] : []}
                            onChange={([chosen]) => setTime(chosen ?? '')}
                            placeholder="Rows in no order"
                          />
                        )}
                      </Field>
                    </>
                  )}
                  <Field label="Test rows" hint="Who keeps the rows that the result is measured on.">
                    {(field) => (
                      <Select
                        {...field}
                        value={holdout}
                        onChange={setHoldout}
                        options={[
                          {
                            value: AUTO,
                            label:
                              files.length > 1 && main === AUTO ? 'By the files' : 'Held by this machine',
                          },
                          { value: 'host', label: 'Held by this machine' },
                          { value: 'agent', label: 'Drawn by the agent, then sealed' },
                          { value: 'none', label: 'None: nothing is measured' },
                        ].slice(0, 4)}
                      />
                    )}
                  </Field>
                  <RunFields choice={choice} onChange={setChoice} />
                  <Field
                    label="Data dictionary"
                    optional
                    className="sm:col-span-2"
                    hint="What the columns mean, in any form."
                  >
                    {(field) => (
                      <TextArea
                        {...field}
                        rows={4}
                        value={dictionary}
                        onChange={(event) => setDictionary(event.target.value)}
                        placeholder="tenure: months as a customer"
                        className="mono text-[12px]!"
                      />
                    )}
                  </Field>
                </div>
              </details>
            </>
          )}

          {error && (
            <p
              role="alert"
              className="rounded-md bg-failed-soft px-3 py-2 text-failed-text [overflow-wrap:anywhere]"
            >
              {error.message}
            </p>
          )}
          {progress ? (
            <UploadBar
              progress={progress}
              paused={paused !== null}
              onPause={isLarge(files) ? () => abort.current?.abort(PAUSE) : undefined}
              onResume={() => void create(paused?.run ?? false)}
              onCancel={cancel}
            />
          ) : (
            <div className="flex flex-wrap items-center gap-2 border-t pt-4">
              <Button type="submit" look="primary" size="large" disabled={!ready}>
                <Play size={12} className="fill-current" /> Create and run
              </Button>
              <Button size="large" disabled={!ready} onClick={() => void create(false)}>
                Create only
              </Button>
              <Button asChild look="ghost" size="large">
                <Link to="/">Cancel</Link>
              </Button>
            </div>
          )}
        </form>
      </main>
    </>
  );
}
