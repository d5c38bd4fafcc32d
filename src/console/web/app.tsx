import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { look, Refused, type Overview } from './api.js';
import { remember, rememberedLanguage, speaking, type Language } from './i18n.js';
import { OrderForm, type Order } from './order-form.js';
import { HeldResults } from './held-results.js';
import { Brake, Commands, Failed, Providers, Queues, SetAside } from './panels.js';

const EVERY = 3_000;

/** One page: how alerting stands, and the commands of operators. */
export function App() {
  const [language, setLanguage] = useState<Language>(rememberedLanguage);
  const [now, setNow] = useState<Overview>();
  const [wrong, setWrong] = useState<string>();
  const [asked, setAsked] = useState<Order>();
  const [said, setSaid] = useState<string>();
  const outcome = useRef<HTMLParagraphElement>(null);
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
    // After each answer, so that a slow API is not asked ever more.
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
  // What is not known is not fine: the last figures say nothing of now.
  const known = wrong === undefined;
  const inFile = now?.failed['file'] ?? 0;
  const amiss = now && (!now.worker || !now.reaches_people || now.clock_doubt !== null || inFile > 0);
  // Nothing is fine before it has taken a message.
  const proved = now?.providers.some((each) => each.state === 'fine') ?? false;
  const state = !known ? 'away' : paused ? 'paused' : amiss ? 'away' : proved ? 'fine' : 'paused';
  const unproved = amiss ? 'noneTaken' : 'untriedYet';
  const sending = !now?.reaches_people ? 'nobody' : proved ? 'sending' : unproved;
  const doing = paused ? 'allPaused' : now?.clock_doubt ? 'heldByClock' : now?.worker ? sending : 'noWorker';
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
        {now && (
          <div class={`standing ${state}`}>
            <div>
              <strong>{say(!known ? 'unknown' : doing)}</strong>
              {known && inFile > 0 && (
                <p>
                  {inFile} {say('onlyInFile')}
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
        <p class="said" role="status" tabIndex={-1} ref={outcome}>
          {said}
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
          onEnd={(came) => {
            setAsked(undefined);
            // The button that was pressed may be gone with what it was for: the keyboard goes on from what came of it.
            if (came !== null) {
              setSaid(came);
              // Once the dialog is gone: while it is open, nothing outside of it takes the keyboard.
              setTimeout(() => outcome.current?.focus());
            }
            void refresh();
          }}
        />
      )}
    </>
  );
}
