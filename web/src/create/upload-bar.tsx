import { formatBytes, formatDuration } from '@/lib/format';
import { Button } from '@/ui/button';
import type { UploadProgress } from './upload';

/** How far the upload is, and the way out of it. */
export function UploadBar({
  progress,
  doing,
  paused,
  onPause,
  onResume,
  onCancel,
}: {
  progress: UploadProgress;
  /** What the server does, where nothing is sent to it. */
  doing?: string | undefined;
  paused: boolean;
  /** Missing where the files go in one piece. */
  onPause?: (() => void) | undefined;
  onResume: () => void;
  onCancel: () => void;
}) {
  const { sent, total, rate } = progress;
  const share = total > 0 ? Math.min(1, sent / total) : 0;
  const sentAll = share >= 1;
  const left = rate && rate > 0 ? (total - sent) / rate : null;
  return (
    <div role="status" className="flex flex-col gap-2 border-t pt-4">
      <div className="flex items-center gap-3">
        <div
          role="progressbar"
          aria-label="Upload"
          aria-valuenow={Math.round(share * 100)}
          className="h-1.5 grow overflow-hidden rounded-full bg-gray-4"
        >
          <div
            className="h-full rounded-full bg-accent transition-[width] duration-180"
            style={{ width: `${share * 100}%` }}
          />
        </div>
        {paused ? (
          <Button onClick={onResume}>Resume</Button>
        ) : (
          onPause && !sentAll && <Button onClick={onPause}>Pause</Button>
        )}
        <Button onClick={onCancel}>Cancel</Button>
      </div>
      <p className="number text-gray-10 text-small">
        {doing
          ? doing
          : paused
            ? `Paused at ${formatBytes(sent)} of ${formatBytes(total)}. What has arrived is kept for a week.`
            : sentAll
              ? 'Sent. The server reads the table and draws the test rows…'
              : `${formatBytes(sent)} of ${formatBytes(total)}${rate ? ` · ${formatBytes(rate)}/s` : ''}${left && left > 2 ? ` · ${formatDuration(left)} left` : ''}`}
      </p>
    </div>
  );
}
