import { TopBar } from '@/app/top-bar';

export default function ExperimentPage() {
  return (
    <>
      <TopBar />
      <main id="main" className="grow overflow-auto" />
    </>
  );
}
