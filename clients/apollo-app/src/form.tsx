import { createContext, type FormEvent, type ReactNode, useContext, useEffect, useRef, useState } from 'react';
import { say } from './notice';
import { type Problems, problems } from './problems';

export type Values = Record<string, string>;

interface Props {
  id: string;
  /** What the button says. */
  submit: string;
  /** Gets what was typed, by the fields' names. */
  action: (values: Values) => Promise<void>;
  onChange?: (values: Values) => void;
  danger?: boolean;
  /** The other way out. */
  onCancel?: () => void;
  children?: ReactNode;
}

const none: Problems = { fields: {}, general: [] };
const FormContext = createContext({ id: '', fields: none.fields });

/** The id of a field in its form, and what is wrong with it. */
export function useField(name: string) {
  const { id, fields } = useContext(FormContext);
  return { id: `${id}-${name}`, problem: fields[name] };
}

/** A form that says what went wrong where it went wrong, and keeps what was typed until all is well. */
export function Form({ id, submit, action, onChange, danger, onCancel, children }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const [found, setFound] = useState(none);
  const [busy, setBusy] = useState(false);
  const [successes, setSuccesses] = useState(0);

  useEffect(() => form.current!.querySelector<HTMLElement>('[aria-invalid]')?.focus(), [found]);
  useEffect(() => void (successes && form.current!.reset()), [successes]); // to what is stored now

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy) return;
    const values = valuesOf(event.currentTarget);
    setBusy(true);
    setFound(none);
    say('');
    try {
      await action(values);
      setSuccesses((count) => count + 1);
    } catch (error) {
      setFound(problems(error, Object.keys(values)));
    }
    setBusy(false);
  }

  return (
    <form id={id} ref={form} aria-busy={busy} onSubmit={onSubmit} onChange={(event) => onChange?.(valuesOf(event.currentTarget))}>
      <FormContext value={{ id, fields: found.fields }}>{children}</FormContext>
      {found.general.length > 0 && (
        <p className="problem" role="alert">
          {found.general.join(' ')}
        </p>
      )}
      <div className="buttons">
        <button className={danger ? 'danger' : 'primary'} aria-disabled={busy}>
          {submit}
        </button>
        {onCancel && (
          <button type="button" onClick={onCancel}>
            Cancel
          </button>
        )}
      </div>
    </form>
  );
}

const valuesOf = (form: HTMLFormElement) => Object.fromEntries(new FormData(form)) as Values;
