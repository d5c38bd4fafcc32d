import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { order, Refused } from './api.js';
import type { Say } from './i18n.js';

export interface Order {
  /** The heading, and the label of the button. */
  title: string;
  path: string;
  /** The fields besides the name and the reason. */
  body: Record<string, unknown>;
  /** The field for the reason: a `reason` is required, a `note` is optional. */
  reasonAs: 'reason' | 'note';
  danger?: boolean;
  more?: (set: (field: string, value: unknown) => void) => ComponentChildren;
}

interface Props {
  asked: Order;
  say: Say;
  /** Called with the outcome, or with null when the order was cancelled. */
  onEnd: (outcome: string | null) => void;
}

const NAME = 'truyvet-operator';

/** A modal dialog that asks for the operator's name and reason; it keeps the keyboard focus. */
export function OrderForm({ asked, say, onEnd }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [by, setBy] = useState(sessionStorage.getItem(NAME) ?? '');
  const [reason, setReason] = useState('');
  const [more, setMore] = useState<Record<string, unknown>>({});
  const [wrong, setWrong] = useState<string>();
  const [busy, setBusy] = useState(false);
  const id = useId();
  useEffect(() => {
    const shown = dialog.current;
    const before = document.activeElement;
    shown?.showModal();
    return () => {
      // If an open dialog were removed, the keyboard focus would be lost.
      shown?.close();
      const at = document.activeElement;
      if (before instanceof HTMLElement && before.isConnected && (at === null || at === document.body)) before.focus();
    };
  }, []);

  const send = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      sessionStorage.setItem(NAME, by);
      const result = await order(asked.path, { ...asked.body, ...more, by, [asked.reasonAs]: reason });
      onEnd(`${asked.title}: ${outcomeOf(result, say)}`);
    } catch (error) {
      setWrong(error instanceof Refused ? error.message : say('never'));
      setBusy(false);
    }
  };

  return (
    <dialog ref={dialog} aria-labelledby={`${id}-title`} onCancel={() => onEnd(null)}>
      <form onSubmit={(event) => void send(event)}>
        <h2 id={`${id}-title`}>{asked.title}</h2>
        <label>
          {say('by')}
          <input
            name="by"
            required
            maxLength={200}
            autoComplete="name"
            value={by}
            onInput={(e) => setBy(e.currentTarget.value)}
          />
        </label>
        <label>
          {say('reason')} {asked.reasonAs === 'note' && <small>{say('optional')}</small>}
          <textarea
            name="reason"
            rows={2}
            required={asked.reasonAs === 'reason'}
            maxLength={2000}
            value={reason}
            onInput={(e) => setReason(e.currentTarget.value)}
          />
        </label>
        {asked.more?.((field, value) => setMore((before) => ({ ...before, [field]: value })))}
        <p class="hint">{say('forever')}</p>
        {wrong && (
          <p class="wrong" role="alert">
            {say('notDone')} {wrong}
          </p>
        )}
        <div class="buttons">
          <button type="button" onClick={() => onEnd(null)}>
            {say('cancel')}
          </button>
          <button type="submit" class={asked.danger ? 'danger' : 'main'} disabled={busy}>
            {asked.title}
          </button>
        </div>
      </form>
    </dialog>
  );
}

function outcomeOf(result: Record<string, unknown>, say: Say): string {
  if (typeof result['replayed'] !== 'number') return say(result['outcome'] === 'unchanged' ? 'unchanged' : 'done');
  const kept = Object.values(result['kept'] as Record<string, number>).reduce((sum, each) => sum + each, 0);
  return `${result['replayed']} ${say('replayed')}${kept > 0 ? `, ${kept} ${say('left')}` : ''}`;
}
