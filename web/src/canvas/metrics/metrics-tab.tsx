import { Empty } from '@/ui/states';

export default function MetricsTab() {
  return <Empty title="Metrics" />;
}
