import { Empty } from '@/ui/states';

export default function TimelineTab() {
  return <Empty title="Timeline" />;
}
