import { useNavigate } from '@tanstack/react-router';
import { ArrowRight, Ellipsis, Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { ExperimentSummary } from '@/api/types';
import { IconButton } from '@/ui/button';
import { Menu, MenuItem, MenuLine } from '@/ui/menu';
import { useDelete } from './deletion';
import { RenameDialog } from './rename-dialog';

/** What can be done to an experiment. */
export function ExperimentMenu({ experiment }: { experiment: Pick<ExperimentSummary, 'id' | 'name'> }) {
  const navigate = useNavigate();
  const remove = useDelete();
  const [renaming, setRenaming] = useState(false);
  return (
    <>
      <Menu
        trigger={
          <IconButton label={`More for ${experiment.name}`} size="small">
            <Ellipsis size={15} />
          </IconButton>
        }
      >
        <MenuItem
          icon={<ArrowRight size={14} />}
          onSelect={() => void navigate({ to: '/experiments/$id', params: { id: experiment.id } })}
        >
          All sessions
        </MenuItem>
        <MenuItem icon={<Pencil size={13} />} onSelect={() => setRenaming(true)}>
          Rename…
        </MenuItem>
        <MenuLine />
        <MenuItem icon={<Trash2 size={14} />} danger onSelect={() => remove([experiment])}>
          Delete
        </MenuItem>
      </Menu>
      {renaming && <RenameDialog experiment={experiment} onClose={() => setRenaming(false)} />}
    </>
  );
}
