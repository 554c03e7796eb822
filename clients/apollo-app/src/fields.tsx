import { type InputHTMLAttributes, type ReactNode, useState } from 'react';
import { useField } from './form';

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  name: string;
  label: string;
  hint?: string;
  /** What stands in the same box. */
  children?: ReactNode;
}

export function Field({ name, label, hint, children, ...input }: Props) {
  const { id, problem } = useField(name);
  const described = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className={children ? 'control joined' : 'control'}>
        <input {...input} id={id} name={name} aria-invalid={problem ? true : undefined} aria-describedby={described || undefined} />
        {children}
      </div>
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {problem && (
        <p className="problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}

interface PasswordProps {
  name: 'password' | 'currentPassword' | 'newPassword';
  label: string;
  /** Tells password managers whether to fill in or to suggest one. */
  autoComplete: 'current-password' | 'new-password';
  hint?: string;
}

export function PasswordField({ label, ...props }: PasswordProps) {
  const [shown, setShown] = useState(false);
  return (
    <Field {...props} label={label} type={shown ? 'text' : 'password'} required autoCapitalize="none" spellCheck={false}>
      <button type="button" className="show" aria-pressed={shown} onClick={() => setShown(!shown)}>
        Show<span className="hidden"> {label.toLowerCase()}</span>
      </button>
    </Field>
  );
}

/** Tells password managers whose password a form changes. */
export const Whose = ({ name }: { name: string }) => <input hidden readOnly name="username" autoComplete="username" value={name} />;
