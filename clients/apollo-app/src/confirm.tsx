import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Form, type Values } from './form';

interface Props {
  /** What the button says, here and in the dialog. */
  label: string;
  /** Whom or what, for screen readers: there are as many such buttons as rows. */
  of?: string;
  title: string;
  children: ReactNode;
  action: (values: Values) => Promise<void>;
}

/** A button that asks before it does something that can't be undone. */
export function ConfirmButton({ label, of, ...rest }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="danger quiet" onClick={() => setOpen(true)}>
        {label}
        {of && <span className="hidden"> {of}</span>}
      </button>
      {open && <Confirm label={label} close={() => setOpen(false)} {...rest} />}
    </>
  );
}

function Confirm({ label, title, children, action, close }: Omit<Props, 'of'> & { close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current!.showModal(), []);
  const dismiss = () => dialog.current?.close(); // gives the focus back

  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={close}>
      <h2 id={id}>{title}</h2>
      <Form
        id="confirm"
        submit={label}
        danger
        onCancel={dismiss}
        action={async (values) => {
          await action(values);
          dismiss();
        }}
      >
        {children}
      </Form>
    </dialog>
  );
}
