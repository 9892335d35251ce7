import { TopBar } from '@/app/top-bar';

export default function CreatePage() {
  return (
    <>
      <TopBar />
      <main id="main" className="grow overflow-auto" />
    </>
  );
}
