import { Dialog } from '@/ui/dialog';
import { openOverlay } from './overlays';

export default function Palette() {
  return <Dialog open onOpenChange={() => openOverlay(null)} title="Find" />;
}
