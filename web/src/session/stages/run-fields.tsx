import { useQuery } from '@tanstack/react-query';
import { modelsQuery } from '@/api/queries';
import { Field, Input } from '@/ui/field';
import { Select } from '@/ui/select';
import { SelectBox } from '@/ui/select-box';
import { dollarsWrong, minutesWrong, type RunChoice } from './run-choice';

const SHARED = [
  { value: 'usual', label: 'The usual' },
  { value: 'schema', label: 'Names and types of columns' },
  { value: 'sample', label: 'Ranges and examples too' },
  { value: 'full', label: 'Everything' },
];

/** Who does the work, what it may cost, what it may see, and where it waits for a person. */
export function RunFields({
  choice,
  onChange,
}: {
  choice: RunChoice;
  onChange: (choice: RunChoice) => void;
}) {
  const { data: models } = useQuery(modelsQuery);
  const model = choice.model || (models?.find((one) => one.default)?.id ?? '');
  const priced = Boolean(models?.find((one) => one.id === model)?.prices);
  const set = (to: Partial<RunChoice>) => onChange({ ...choice, ...to });
  return (
    <>
      <Field label="Model">
        {(field) => (
          <Select
            {...field}
            value={model}
            onChange={(value) => set({ model: value })}
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
        error={minutesWrong(choice) && 'Minutes, more than 0 and at most a week.'}
        hint="Minutes for each stage; half an hour without."
      >
        {(field) => (
          <Input
            {...field}
            inputMode="decimal"
            value={choice.minutes}
            onChange={(event) => set({ minutes: event.target.value.trim() })}
            placeholder="30"
          />
        )}
      </Field>
      {priced && (
        <>
          <Field
            label="Cost budget"
            optional
            error={dollarsWrong(choice) && 'US dollars, more than 0.'}
            hint="US dollars for each stage."
          >
            {(field) => (
              <Input
                {...field}
                inputMode="decimal"
                value={choice.dollars}
                onChange={(event) => set({ dollars: event.target.value.trim() })}
                placeholder="5"
              />
            )}
          </Field>
          <Field label="It sees of the data" hint="What leaves this machine for the model's provider.">
            {(field) => (
              <Select
                {...field}
                value={choice.share || 'usual'}
                onChange={(value) => set({ share: value === 'usual' ? '' : value })}
                options={SHARED}
              />
            )}
          </Field>
        </>
      )}
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1.5 font-[520] text-small">Wait for me</legend>
        <Check label="before each stage" checked={choice.pause} onChange={(pause) => set({ pause })} />
        <Check label="before each script" checked={choice.approve} onChange={(approve) => set({ approve })} />
      </fieldset>
    </>
  );
}

function Check({
  label,
  checked,
  onChange,
}: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the box is a button of its own, named by its label
    <label className="flex w-fit items-center gap-2">
      <SelectBox checked={checked} onChange={onChange} label={`Wait ${label}`} />
      <span aria-hidden>{label}</span>
    </label>
  );
}
