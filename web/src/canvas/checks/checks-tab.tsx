import { Empty } from '@/ui/states';

export default function ChecksTab() {
  return <Empty title="Checks" />;
}
