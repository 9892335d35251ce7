import { TopBar } from '@/app/top-bar';

export default function GalleryPage() {
  return (
    <>
      <TopBar />
      <main id="main" className="grow overflow-auto" />
    </>
  );
}
