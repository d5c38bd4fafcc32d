import type { Overview } from './api.js';
import type { Say } from './i18n.js';
import type { Order } from './order-form.js';
import { time, type Props } from './panels.js';

type HeldResult = Overview['held_results'][number];

/** Shown only while a result waits. */
export function HeldResults({ now, say, language, ask }: Props) {
  if (now.held_results.length === 0) return null;
  return (
    <section aria-labelledby="held-results" class="wide">
      <h2 id="held-results">{say('heldResults')}</h2>
      <p>{say('heldResultsMean')}</p>
      <ul class="cases">
        {now.held_results.map((each) => (
          <li key={`${each.sample_id} ${each.person_id} ${each.disease}`} data-sample={each.sample_id}>
            <div>
              <strong>{each.sample_id}</strong>{' '}
              <code>
                {each.person_id}, {each.disease}
              </code>
              <small>
                {say('taken')} {time(each.collected_at, language, now.zone)}
              </small>
              {each.doubts.map((doubt) => (
                <p key={doubt} lang="en">
                  {doubt}
                </p>
              ))}
            </div>
            <div class="buttons">
              <button type="button" onClick={() => ask(settling('refuse', each, say))}>
                {say('refuseResult')} <span class="hidden">{each.sample_id}</span>
              </button>
              <button type="button" class="main" onClick={() => ask(settling('release', each, say))}>
                {say('release')} <span class="hidden">{each.sample_id}</span>
              </button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function settling(what: 'release' | 'refuse', { sample_id, person_id, disease }: HeldResult, say: Say): Order {
  const title = `${say(what === 'release' ? 'release' : 'refuseResult')}: ${sample_id}`;
  const path = `held-results/${encodeURIComponent(sample_id)}/${what}`;
  return { title, path, body: { person_id, disease }, reasonAs: 'reason', danger: what === 'refuse' };
}
