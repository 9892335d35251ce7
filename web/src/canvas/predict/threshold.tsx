import { useId } from 'react';
import { Section } from '@/canvas/parts/section';
import { Button } from '@/ui/button';
import { Input } from '@/ui/field';

/** From which probability on a row gets the positive label; null leaves it to the model. */
export function Threshold({
  positive,
  value,
  onChange,
}: {
  positive: string;
  value: number | null;
  onChange: (value: number | null) => void;
}) {
  const field = useId();
  return (
    <Section
      title="Threshold"
      hint="Left empty, rows get the labels that the model gives them, as they were measured. What another threshold finds and costs is shown under Checks."
    >
      <div className="flex flex-wrap items-center gap-3 text-small">
        <label htmlFor={field}>
          A row is called <code className="rounded-sm bg-gray-3 px-1 text-[12px]">{positive}</code> from a
          probability of
        </label>
        <Input
          id={field}
          type="number"
          min={0}
          max={1}
          step={0.01}
          value={value ?? ''}
          placeholder="the model’s"
          onChange={(event) => onChange(probabilityOf(event.target.value))}
          className="number w-28"
        />
        <span>on</span>
        {value !== null && (
          <Button size="small" look="ghost" onClick={() => onChange(null)}>
            Leave it to the model
          </Button>
        )}
      </div>
    </Section>
  );
}

function probabilityOf(text: string): number | null {
  const number = Number(text);
  return text.trim() === '' || Number.isNaN(number) ? null : Math.min(1, Math.max(0, number));
}
