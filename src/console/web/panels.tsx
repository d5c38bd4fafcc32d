import type { ComponentChildren } from 'preact';
import type { Held, Overview, Provider } from './api.js';
import { named, type Key, type Language, type Say } from './i18n.js';
import type { Order } from './order-form.js';

export interface Props {
  now: Overview;
  say: Say;
  language: Language;
  ask: (order: Order) => void;
}

const numbers = { en: new Intl.NumberFormat('en'), vi: new Intl.NumberFormat('vi') };
export const count = (value: number, language: Language) => numbers[language].format(value);
/** A time in the zone of the installation, whatever the browser's zone is. */
export const time = (instant: string, language: Language, timeZone: string) =>
  new Date(instant).toLocaleString(language === 'en' ? 'en-GB' : 'vi', {
    ...{ dateStyle: 'short', timeStyle: 'medium', timeZone },
  });

/** Such as 45 s, 12 min, 3 h 20 min, 4 d. */
function lasting(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d`;
}

interface TableProps {
  say: Say;
  /** The headings of the columns. */
  columns: readonly (Key | { key: Key; class: string })[];
  class?: string;
  children: ComponentChildren;
}

function Table({ say, columns, children, ...table }: TableProps) {
  return (
    <table {...table}>
      <thead>
        <tr>
          {columns.map((column) => {
            const { key, ...heading } = typeof column === 'string' ? { key: column } : column;
            return (
              <th key={key} scope="col" {...heading}>
                {say(key)}
              </th>
            );
          })}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

export function Queues({ now, say, language }: Props) {
  return (
    <section aria-labelledby="queues">
      <h2 id="queues">{say('queues')}</h2>
      <Table say={say} columns={['queue', 'waiting', 'underWay', 'oldest']}>
        {now.queues.map(({ queue, waiting, under_way, oldest_seconds }) => (
          <tr key={queue} data-queue={queue}>
            <th scope="row">
              <a href={`/queues/queue/${queue}`}>{queue}</a>
            </th>
            <td>{count(waiting, language)}</td>
            <td>{count(under_way, language)}</td>
            <td>{waiting > 0 ? lasting(oldest_seconds) : '–'}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

/** Shown only while events are set aside. */
export function SetAside({ now, say, language, ask }: Props) {
  const { set_aside, set_aside_events } = now.graph;
  if (set_aside_events === 0) return null;
  return (
    <section aria-labelledby="set-aside">
      <h2 id="set-aside">
        {say('setAside')}: {count(set_aside_events, language)}
      </h2>
      <p>{say('setAsideMeans')}</p>
      <Table say={say} columns={['position', 'event', 'leftOutBy', 'why', 'state']}>
        {set_aside.map(({ id, type, position, reason, by, accepted }) => (
          <tr key={`${id} ${by}`} data-position={position}>
            <td>{position}</td>
            <td>{type}</td>
            <td>{by === 'graph' ? say('theGraph') : by}</td>
            <td>{reason}</td>
            <td>
              {accepted ? (
                `${say('staysOut')} (${accepted.by}: ${accepted.reason})`
              ) : (
                <button
                  type="button"
                  onClick={() =>
                    ask({
                      ...{ title: `${say('accept-set-aside')}: ${type}`, path: 'set-aside/accept' },
                      ...{ body: { events: [id] }, reasonAs: 'reason', danger: true },
                    })
                  }
                >
                  {say('accept-set-aside')} <span class="hidden">{position}</span>
                </button>
              )}
            </td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

export function Providers({ now, say, language, ask }: Props) {
  return (
    <section aria-labelledby="providers">
      <h2 id="providers">{say('providers')}</h2>
      <Table
        say={say}
        class="providers"
        columns={['provider', 'sent', 'takenBack', 'failed', { key: 'state', class: 'state' }]}
      >
        {now.providers.map((each) => (
          <tr key={each.provider} data-provider={each.provider}>
            <th scope="row">{each.provider}</th>
            <td>{count(each.sent, language)}</td>
            <td>{count(each.taken_back, language)}</td>
            <td title={reasons(each, say, language)}>{count(total(each.failed), language)}</td>
            <td class="state">
              <span class={`badge ${each.state}`}>{named(say, language, each.state)}</span>
              {each.paused && <small>{`${each.paused.by}: ${each.paused.reason}`}</small>}
              {(each.state !== 'removed' || each.paused) && (
                <button type="button" onClick={() => ask(pausing(each, say))}>
                  {say(each.paused ? 'resume' : 'pause')} <span class="hidden">{each.provider}</span>
                </button>
              )}
            </td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

function pausing({ provider, paused }: Provider, say: Say): Order {
  const path = paused ? 'alerts/resume' : 'alerts/pause';
  const title = `${say(paused ? 'resume' : 'pause')} ${provider}`;
  return { title, path, body: { provider }, reasonAs: 'reason', danger: !paused };
}

const total = (failed: Record<string, number>) => Object.values(failed).reduce((sum, each) => sum + each, 0);
const reasons = ({ failed }: Provider, say: Say, language: Language) =>
  Object.entries(failed)
    .map(([reason, alerts]) => `${alerts} ${named(say, language, reason)}`)
    .join(', ');

export function Brake({ now, say, language, ask }: Props) {
  const deciding = (what: 'approve' | 'refuse', { case_id }: Held): Order => ({
    ...{ title: `${say(what)} ${case_id.slice(0, 8)}`, path: `cases/${encodeURIComponent(case_id)}/${what}` },
    ...{ body: {}, reasonAs: 'note', danger: what === 'refuse' },
  });
  return (
    <section aria-labelledby="brake" class="wide">
      <h2 id="brake">{say('brake')}</h2>
      {now.held.length === 0 && <p class="none">{say('noneHeld')}</p>}
      <ul class="cases">
        {now.held.map((each) => (
          <li key={each.case_id} data-case={each.case_id}>
            <div>
              <strong>
                {count(each.contacts, language)} {say('contacts')}
              </strong>{' '}
              <code>{each.case_id}</code>
              <small>
                {say(each.status === 'held' ? 'held' : 'wasRefused')} {time(each.since, language, now.zone)}
              </small>
              {each.unlikely.map(({ rule, number, likely, place_id }) => (
                <p key={`${rule} ${place_id ?? ''}`}>
                  {count(number, language)} {say(RULES[rule])}
                  {place_id && ` ${place_id}`}; {say('likely')} {count(likely, language)}
                </p>
              ))}
            </div>
            <div class="buttons">
              {each.status === 'held' && (
                <button type="button" onClick={() => ask(deciding('refuse', each))}>
                  {say('refuse')}
                </button>
              )}
              <button type="button" class="main" onClick={() => ask(deciding('approve', each))}>
                {say('approve')}
              </button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

const RULES = { case: 'ruleCase', place: 'rulePlace', day: 'ruleDay', flips: 'ruleFlips' } as const;

function aboutOf({ command, provider, case_id, sample_id }: Overview['commands'][number], say: Say): string {
  if (command === 'confirm-clock' || command === 'accept-set-aside') return '';
  return provider ?? sample_id ?? (case_id ? `${say('case')} ${case_id.slice(0, 8)}` : say('all'));
}

export function Commands({ now, say, language }: Props) {
  return (
    <section aria-labelledby="commands" class="wide">
      <h2 id="commands">{say('commands')}</h2>
      {now.commands.length === 0 ? (
        <p class="none">{say('noCommands')}</p>
      ) : (
        <Table say={say} class="words" columns={['when', 'command', 'who', 'reason']}>
          {now.commands.map((each) => (
            <tr key={`${each.at} ${each.command}`}>
              <td>
                <time dateTime={each.at}>{time(each.at, language, now.zone)}</time>
              </td>
              <td>
                {say(each.command)} {aboutOf(each, say)}
                {each.alerts !== null && ` (${count(each.alerts, language)})`}
              </td>
              <td>{each.by}</td>
              <td>{each.reason || '–'}</td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}
