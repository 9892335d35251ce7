import { Empty } from '@/ui/states';

export default function DataTab() {
  return <Empty title="Data" />;
}
