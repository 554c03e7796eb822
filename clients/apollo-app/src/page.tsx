import { type ReactNode, useEffect, useRef } from 'react';

interface Props {
  title: string;
  className?: string;
  above?: ReactNode;
  children: ReactNode;
}

/** What a page has: a title for the tab, and a heading that has the focus at first, so that screen readers begin there. */
export function Page({ title, className, above, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Latchkey`;
    heading.current!.focus();
  }, [title]);
  return (
    <main className={className}>
      {above}
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </main>
  );
}

/** Where to go when what had the focus is gone. */
export const focusHeading = () => document.querySelector('h1')?.focus({ preventScroll: true });

/** The pages of those who are not signed in. */
export const Entrance = (props: { title: string; children: ReactNode }) => <Page className="narrow" above={<Brand />} {...props} />;

/** Instead of a page, while it is not known which. */
export const Blank = ({ children }: { children: ReactNode }) => (
  <main className="narrow">
    <h1>
      <Brand />
    </h1>
    {children}
  </main>
);

export const Brand = () => (
  <span className="brand">
    <img src="/favicon.svg" alt="" /> Latchkey
  </span>
);

/** Part of a page: what it is about, and beside it a card. */
export function Section({ id, title, about, children }: { id: string; title: string; about: string; children: ReactNode }) {
  return (
    <section aria-labelledby={id}>
      <div>
        <h2 id={id}>{title}</h2>
        <p className="hint">{about}</p>
      </div>
      <div className="card">{children}</div>
    </section>
  );
}
