import { Empty } from '@/ui/states';

export default function FilesTab() {
  return <Empty title="Files" />;
}
