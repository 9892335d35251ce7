import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/api/client';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { Field, Input } from '@/ui/field';

export function RenameDialog({
  experiment,
  onClose,
}: {
  experiment: { id: string; name: string };
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const [name, setName] = useState(experiment.name);
  const rename = useMutation({
    mutationFn: () =>
      api.PATCH('/api/experiments/{id}', {
        params: { path: { id: experiment.id } },
        body: { name: name.trim() },
      }),
    onSuccess: async () => {
      onClose();
      await Promise.all([
        queries.invalidateQueries({ queryKey: ['experiments'] }),
        queries.invalidateQueries({ queryKey: ['experiment', experiment.id] }),
        queries.invalidateQueries({ queryKey: ['session'] }),
      ]);
    },
  });
  return (
    <Dialog open onOpenChange={onClose} title="Rename the experiment">
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          rename.mutate();
        }}
      >
        <Field label="Name" error={rename.error?.message}>
          {(field) => (
            <Input
              {...field}
              value={name}
              maxLength={200}
              autoFocus
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={!name.trim() || rename.isPending}>
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
