import { Link, useNavigate } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { useRef, useState } from 'react';
import { api } from '@/api/client';
import { TopBar } from '@/app/top-bar';
import { formatBytes } from '@/lib/format';
import { dollarsWrong, minutesWrong, NO_CHOICE, startOptions } from '@/session/stages/run-choice';
import { Button } from '@/ui/button';
import { TabPanel, Tabs } from '@/ui/tabs';
import { toastError } from '@/ui/toast';
import { useChosenData } from './chosen-data';
import { ChosenDataView } from './chosen-data-view';
import { DetailFields } from './detail-fields';
import { type ChosenFile, takeCarried, useDrop } from './dropped';
import { FileList } from './file-list';
import { GoalFields } from './goal-fields';
import { discard, unfinished } from './resumable';
import { S3Browser } from './s3-browser';
import { createFromS3 } from './s3-queries';
import { nameOfChoice, type S3Choice } from './s3-source';
import { isLarge, type UploadProgress, upload } from './upload';
import { UploadBar } from './upload-bar';
import { AUTO, NO_WISHES, optionsOf, type Wishes } from './wishes';

/** `telco-churn.csv` → `telco-churn`; a folder's name for what came in one. */
function nameOf(files: readonly ChosenFile[]): string {
  const [first] = files;
  if (!first) return '';
  const folder = first.path.includes('/') ? first.path.split('/')[0] : undefined;
  return (
    folder ?? first.path.replace(/(\.(csv|tsv|txt|json|jsonl|ndjson|parquet|pq|gz|xlsx|xlsm))+$/i, '')
  ).slice(0, 200);
}

const PAUSE = 'pause';

const SOURCES = [
  { value: 'files', label: 'Files' },
  { value: 's3', label: 'S3' },
];

/** A new experiment: data, what to predict, and how. */
export default function CreatePage() {
  const navigate = useNavigate();
  const [files, setFiles] = useState<ChosenFile[]>(takeCarried);
  const [source, setSource] = useState('files');
  const [stored, setStored] = useState<S3Choice | null>(null);
  const [wishes, setWishes] = useState<Wishes>(NO_WISHES);
  const [choice, setChoice] = useState(NO_CHOICE);
  const [progress, setProgress] = useState<UploadProgress | null>(null);
  const [paused, setPaused] = useState<{ run: boolean } | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const abort = useRef<AbortController>(null);
  const change = (changed: Partial<Wishes>) => setWishes((now) => ({ ...now, ...changed }));

  const add = (more: ChosenFile[]) => {
    setError(null);
    change({ sheet: '', main: AUTO });
    setFiles((now) => [...now.filter((one) => !more.some((other) => other.path === one.path)), ...more]);
  };
  const drop = useDrop((more) => {
    setSource('files');
    add(more);
  });
  const isS3 = source === 's3';
  const data = useChosenData(files, stored, isS3, wishes);
  const { given, several, labels, columns } = data;
  const name = wishes.name ?? (isS3 ? (stored ? nameOfChoice(stored) : '') : nameOf(files));
  const ready = given && name.trim() !== '' && !minutesWrong(choice) && !dollarsWrong(choice) && !progress;

  const create = async (run: boolean) => {
    setError(null);
    const control = new AbortController();
    abort.current = control;
    setPaused(null);
    const total = isS3 ? 0 : files.reduce((sum, { file }) => sum + file.size, 0);
    setProgress({ sent: 0, total, rate: null });
    const said = {
      name: name.trim(),
      instructions: wishes.instructions.trim(),
      options: optionsOf(wishes, several),
    };
    try {
      const created =
        isS3 && stored
          ? await createFromS3(said, stored, control.signal)
          : await upload({ ...said, files }, setProgress, control.signal);
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
            <Tabs label="Where the data is" value={source} onChange={setSource} tabs={SOURCES}>
              <TabPanel value="files">
                <div className="pt-3">
                  <FileList
                    files={files}
                    over={drop.over}
                    onAdd={add}
                    onRemove={(path) => setFiles((now) => now.filter((one) => one.path !== path))}
                  />
                  {begun.length > 0 && (
                    <p role="status" className="pt-3 text-gray-10">
                      {begun.map(({ path, size }) => `${path} (${formatBytes(size)})`).join(', ')} did not
                      arrive whole. Choose the same file again, and the upload goes on where it stopped.
                    </p>
                  )}
                </div>
              </TabPanel>
              <TabPanel value="s3">
                <div className="pt-3">
                  <S3Browser choice={stored} onChoose={setStored} />
                </div>
              </TabPanel>
            </Tabs>
            <ChosenDataView data={data} files={files} isS3={isS3} wishes={wishes} onChange={change} />
          </section>

          {given && (
            <>
              <GoalFields
                name={name}
                wishes={wishes}
                columns={columns}
                ofImages={labels !== null}
                onChange={change}
              />
              <DetailFields
                wishes={wishes}
                columns={columns}
                several={several}
                choice={choice}
                onChange={change}
                onChoice={setChoice}
              />
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
              doing={
                isS3 ? 'The server copies it from S3, reads the table and draws the test rows…' : undefined
              }
              paused={paused !== null}
              onPause={!isS3 && isLarge(files) ? () => abort.current?.abort(PAUSE) : undefined}
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
