import { FAILED, reasonOf } from '../../alerting/words.js';
import { named, type Key, type Say } from './i18n.js';
import type { Order } from './order-form.js';
import { count, type Props } from './panels.js';

/** What happens to alerts that an order to send again does not cover. */
const INSTEAD: Record<string, Key> = { visit: 'visitThem', call: 'callThem', morning: 'toldTomorrow' };

/** The failed alerts by reason, and what can be done about them. */
export function Failed({ now, say, language, ask }: Props) {
  const failed = Object.entries(now.failed);
  const kept = Object.entries(now.kept_from_replay).flatMap(([reason, why]) => (reason in now.failed ? [why] : []));
  const uncertain = kept.includes(FAILED.uncertain);
  const others = kept.includes(null);
  const instead = [...new Set(failed.flatMap(([reason]) => INSTEAD[reasonOf(reason)?.instead ?? ''] ?? []))];
  return (
    <section aria-labelledby="failed">
      <h2 id="failed">{say('standFailed')}</h2>
      {failed.length === 0 && <p class="none">{say('noneFailed')}</p>}
      {failed.length > 0 && (
        <dl>
          {failed.map(([reason, alerts]) => (
            <div key={reason}>
              <dt>{named(say, language, reason)}</dt>
              <dd>{count(alerts, language)}</dd>
            </div>
          ))}
        </dl>
      )}
      {instead.map((key) => (
        <p key={key} class="none">
          {say(key)}
        </p>
      ))}
      {(others || uncertain) && (
        <button type="button" onClick={() => ask(replaying({ uncertain, others }, say))}>
          {say('replay')}…
        </button>
      )}
    </section>
  );
}

/** An order to send again. If it is uncertain for all alerts whether a message went, the user must confirm that. */
function replaying({ uncertain, others }: { uncertain: boolean; others: boolean }, say: Say): Order {
  return {
    ...{ title: say('replay'), path: 'alerts/replay', body: {}, reasonAs: 'reason' },
    more: (set) => (
      <>
        <label>
          {say('ofCase')} <small>{say('optional')}</small>
          <input name="case_id" onInput={(e) => set('case_id', e.currentTarget.value.trim() || null)} />
        </label>
        <label>
          {say('ofProvider')} <small>{say('optional')}</small>
          <input name="provider" onInput={(e) => set('provider', e.currentTarget.value.trim() || null)} />
        </label>
        {uncertain && (
          <label class="check">
            <input
              type="checkbox"
              name="uncertain"
              required={!others}
              onChange={(e) => set('uncertain', e.currentTarget.checked)}
            />
            {say(others ? 'includeUncertain' : 'onlyUncertain')}
          </label>
        )}
      </>
    ),
  };
}
