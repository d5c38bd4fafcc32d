import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { look, Refused, type Overview } from './api.js';
import { speaking, type Language } from './i18n.js';
import { remember, rememberedLanguage } from './language.js';
import { OrderForm, type Order } from './order-form.js';
import { HeldResults } from './held-results.js';
import { Failed } from './failed.js';
import { Brake, Commands, Providers, Queues, SetAside } from './panels.js';
import { standingOf } from './standing.js';

const EVERY = 3_000;

/** The page with the state of alerting and the commands of operators. */
export function App() {
  const [language, setLanguage] = useState<Language>(rememberedLanguage);
  const [now, setNow] = useState<Overview>();
  const [wrong, setWrong] = useState<string>();
  const [asked, setAsked] = useState<Order>();
  const [outcome, setOutcome] = useState<string>();
  const outcomeLine = useRef<HTMLParagraphElement>(null);
  const say = speaking(language);

  const refresh = useCallback(async () => {
    try {
      setNow(await look());
      setWrong(undefined);
    } catch (error) {
      setWrong(error instanceof Refused ? error.message : '');
    }
  }, []);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    // Waits for each answer, so that requests to a slow API do not pile up.
    const again = async () => {
      await refresh();
      if (!over) timer = setTimeout(() => void again(), EVERY);
    };
    void again();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [refresh]);

  useEffect(() => {
    document.documentElement.lang = language;
    document.title = `${say('title')} · Truyvet`;
    remember(language);
  }, [language]);

  const paused = now?.paused ?? null;
  const pauseAll: Order = {
    ...{ title: say(paused ? 'resumeAll' : 'pauseAll'), path: paused ? 'alerts/resume' : 'alerts/pause' },
    ...{ body: {}, reasonAs: 'reason', danger: !paused },
  };
  const confirmClock: Order = {
    ...{ title: say('clockRight'), path: 'clock/confirm', body: {}, reasonAs: 'reason', danger: true },
  };
  // An unknown state is not shown as fine: the last figures may be out of date.
  const known = wrong === undefined;
  const standing = now && standingOf(now, say);
  const parts = now && { now, say, language, ask: setAsked };
  return (
    <>
      <header>
        <h1>
          <span>Truyvet</span> {say('title')}
        </h1>
        <nav>
          <a href="/queues/">{say('inside')}</a>
          {(['en', 'vi'] as const).map((each) => (
            <button
              key={each}
              type="button"
              lang={each}
              aria-pressed={each === language}
              onClick={() => setLanguage(each)}
            >
              {each === 'en' ? 'English' : 'Tiếng Việt'}
            </button>
          ))}
        </nav>
      </header>
      <main>
        {wrong !== undefined && (
          <p class="wrong" role="alert">
            {say(now ? 'silent' : 'never')} {wrong} {say('again')}
          </p>
        )}
        {now?.clock != null && (
          <p class="wrong" role="status">
            {say('clockSet')} TRUYVET_CLOCK={now.clock}
          </p>
        )}
        {now && now.clock_doubt !== null && (
          <div class="wrong doubt" role="alert">
            <p>
              {say('clockDoubt')} {say(now.clock_doubt.direction)} <small lang="en">{now.clock_doubt.says}</small>
            </p>
            <button type="button" class="danger" onClick={() => setAsked(confirmClock)}>
              {say('clockRight')}
            </button>
          </div>
        )}
        {now && now.graph.problem !== null && (
          <p class="wrong" role="alert">
            {say('graphAway')} {now.graph.problem}
          </p>
        )}
        {!now && wrong === undefined && <p class="none">{say('loading')}</p>}
        {now && standing && (
          <div class={`standing ${known ? standing.state : 'away'}`}>
            <div>
              <strong>{known ? standing.says : say('unknown')}</strong>
              {known && standing.inFile > 0 && (
                <p>
                  {standing.inFile} {say('onlyInFile')}
                </p>
              )}
              {known && paused && <p>{`${paused.by}: ${paused.reason}`}</p>}
            </div>
            <small>
              {say('updated')}{' '}
              {new Date(now.at).toLocaleTimeString(language === 'en' ? 'en-GB' : 'vi', { timeZone: now.zone })}
            </small>
            <button type="button" class={paused ? 'main' : 'danger'} onClick={() => setAsked(pauseAll)}>
              {pauseAll.title}
            </button>
          </div>
        )}
        <p class="said" role="status" tabIndex={-1} ref={outcomeLine}>
          {outcome}
        </p>
        {parts && (
          <div class="panels">
            <SetAside {...parts} />
            <Brake {...parts} />
            <HeldResults {...parts} />
            <div class="column">
              <Providers {...parts} />
              <Failed {...parts} />
            </div>
            <Queues {...parts} />
            <Commands {...parts} />
          </div>
        )}
      </main>
      {asked && (
        <OrderForm
          asked={asked}
          say={say}
          onEnd={(ended) => {
            setAsked(undefined);
            // The pressed button may have been removed, so the keyboard focus moves to the outcome.
            if (ended !== null) {
              setOutcome(ended);
              // Later, because nothing outside of an open dialog can get the focus.
              setTimeout(() => outcomeLine.current?.focus());
            }
            void refresh();
          }}
        />
      )}
    </>
  );
}
