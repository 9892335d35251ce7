import { TopBar } from '@/app/top-bar';

export default function ComparePage() {
  return (
    <>
      <TopBar />
      <main id="main" className="grow overflow-auto" />
    </>
  );
}
