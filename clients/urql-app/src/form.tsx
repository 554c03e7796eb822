import { errorCode } from '@latchkey/client';
import { type ReactNode, useEffect, useRef, useState } from 'react';

type Values = Record<string, string>;

interface Props {
  title: string;
  /** What the button says. */
  submit: string;
  /** Gets what was typed, by the fields' names. Returns what to say afterwards. */
  action: (values: Values) => Promise<string>;
  children: ReactNode;
}

/** A page with one form, which says how it went and keeps what was typed. */
export function FormPage({ title, submit, action, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const [said, say] = useState({ text: '', failed: false });

  useEffect(() => {
    document.title = `${title} · Latchkey`;
    heading.current!.focus();
  }, [title]);

  const run = (values: Values) =>
    action(values).then(
      (text) => say({ text, failed: false }),
      (error) => say({ text: messageOf(error), failed: true }),
    );

  return (
    <main className="narrow">
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      <div className="card">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void run(Object.fromEntries(new FormData(event.currentTarget)) as Values);
          }}
        >
          {children}
          <button className="primary">{submit}</button>
        </form>
        <p role={said.failed ? 'alert' : 'status'} className={said.failed ? 'problem' : 'hint'}>
          {said.text}
        </p>
      </div>
    </main>
  );
}

/** Latchkey's messages are for people. What has no code comes from the network. */
export const messageOf = (error: Error) =>
  errorCode(error) ? error.message.replace('[GraphQL] ', '') : 'The server can’t be reached. Try again in a moment.';
