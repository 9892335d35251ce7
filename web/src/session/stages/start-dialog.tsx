import { useState } from 'react';
import type { Stage } from '@/api/types';
import { STAGE_NAMES } from '@/lib/words';
import { useStart } from '@/session/actions';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { Field, TextArea } from '@/ui/field';
import { dollarsWrong, minutesWrong, NO_CHOICE, startOptions } from './run-choice';
import { RunFields } from './run-fields';

/** Starts a stage, or all that are left, with a model, a budget and words of one's own. */
export function StartDialog({
  stage,
  loses,
  onClose,
}: {
  stage: Stage | null;
  /** Stages whose results become out of date. */
  loses: readonly Stage[];
  onClose: () => void;
}) {
  const start = useStart();
  const [choice, setChoice] = useState(NO_CHOICE);
  const [instructions, setInstructions] = useState('');
  const what = stage ? STAGE_NAMES[stage] : 'all stages';
  const submit = () =>
    start.mutate(
      {
        stage,
        options: {
          ...startOptions(choice),
          ...(instructions.trim() && { instructions: instructions.trim() }),
        },
      },
      { onSuccess: onClose },
    );
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Run ${what}`}
      description={
        loses.length > 0
          ? `What ${loses.map((one) => STAGE_NAMES[one]).join(' and ')} made stays to be read, but counts as out of date.`
          : undefined
      }
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            disabled={minutesWrong(choice) || dollarsWrong(choice) || start.isPending}
            onClick={submit}
          >
            Run {what}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3.5">
        <RunFields choice={choice} onChange={setChoice} />
        <Field label="Instructions" optional hint="For this run, on top of the experiment's own.">
          {(field) => (
            <TextArea
              {...field}
              rows={3}
              value={instructions}
              onChange={(event) => setInstructions(event.target.value)}
              placeholder="Recall matters more than precision."
            />
          )}
        </Field>
      </div>
    </Dialog>
  );
}
