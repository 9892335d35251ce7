import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { modelsQuery } from '@/api/queries';
import type { Stage } from '@/api/types';
import { STAGE_NAMES } from '@/lib/words';
import { type StartWhat, useStart } from '@/session/actions';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { Field, Input, TextArea } from '@/ui/field';
import { Select } from '@/ui/select';

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
  const { data: models } = useQuery(modelsQuery);
  const [model, setModel] = useState('');
  const [minutes, setMinutes] = useState('');
  const [instructions, setInstructions] = useState('');
  const wrong = minutes !== '' && !(Number(minutes) > 0 && Number(minutes) <= 10_080);
  const what = stage ? STAGE_NAMES[stage] : 'all stages';
  const submit = () => {
    const options: StartWhat['options'] = {
      ...(model && { model }),
      ...(minutes && { budget_seconds: Math.max(1, Number(minutes) * 60) }),
      ...(instructions.trim() && { instructions: instructions.trim() }),
    };
    start.mutate({ stage, options }, { onSuccess: onClose });
  };
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
          <Button look="primary" disabled={wrong || start.isPending} onClick={submit}>
            Run {what}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3.5">
        <Field label="Model">
          {(field) => (
            <Select
              {...field}
              value={model || (models?.find((one) => one.default)?.id ?? '')}
              onChange={setModel}
              options={(models ?? []).map((one) => ({
                value: one.id,
                label: one.id,
                note: one.available ? one.provider : one.reason,
                disabled: !one.available,
              }))}
            />
          )}
        </Field>
        <Field
          label="Time budget"
          optional
          error={wrong && 'Minutes, more than 0 and at most a week.'}
          hint="Minutes for each stage. Without one a stage may take half an hour."
        >
          {(field) => (
            <Input
              {...field}
              inputMode="decimal"
              value={minutes}
              onChange={(event) => setMinutes(event.target.value.trim())}
              placeholder="30"
              className="max-w-28"
            />
          )}
        </Field>
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
