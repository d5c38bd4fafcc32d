import { BY, WHY } from '../kernel/fields.js';
import { defineCommandAnswering, defineQuestion } from '../requests/define.js';
import type { Accepting } from './accept-set-aside.js';
import type { Projections, Rebuilt, Retried } from './projections.js';
import { describedAside, describedMadeAgain, describedProjections, describedReaders } from './projection-lines.js';

export const showProjections = defineQuestion({
  name: 'show-projections',
  permission: 'projections:read',
  says: 'show the progress of each part of the graph',
  fields: {},
  needs: ['any-graph', 'queues'],
  cli: {
    words: 'projections status',
    group: 'the contact graph, which is built from the log',
    *told({ replaced, caught_up, made_again, epoch, filling, partitions, projections, set_aside, readers }, _, zone) {
      if (replaced !== null) yield `${replaced} A running projector rebuilds it.`;
      else yield caught_up ? 'The graph has caught up with the log.' : 'The graph is behind the log.';
      if (made_again !== null) yield describedMadeAgain(made_again, zone);
      if (epoch === null)
        yield 'It is empty, or being prepared: a projector fills it (npm start, or npx truyvet projector).';
      else if (filling) yield 'It is being filled: questions are answered once it has caught up with the log.';
      for (const { name, commit } of partitions) yield `  ${name.padEnd(9)} ${commit ?? 'nothing yet'}`;
      yield* describedProjections(projections);
      yield* describedAside(set_aside, zone);
      yield* describedReaders(readers, zone);
    },
  },
  answer: async () => (await import('./projections.js')).projectionsAnswer,
  handle: async (context): Promise<Projections> => (await import('./projections.js')).show(context),
});

export const rebuildProjection = defineCommandAnswering({
  name: 'rebuild-projections',
  permission: 'projections:rebuild',
  says: 'empty the graph, or rebuild one projection beside the others; a running projector fills it from the log',
  fields: {
    name: {
      kind: 'line',
      required: false,
      help: 'the projection to rebuild while the others continue, as status names it',
      fix: 'Give the name of a projection from status, or none.',
    },
  },
  needs: ['any-graph', 'queues'],
  cli: {
    words: 'projections rebuild <name>',
    *told({ says }: Rebuilt) {
      yield says;
    },
  },
  answer: async () => (await import('./projections.js')).rebuiltAnswer,
  handle: async (context, given) => (await import('./projections.js')).rebuild(context, given),
});

export const retrySetAside = defineCommandAnswering({
  name: 'retry-set-aside',
  permission: 'projections:settle',
  says: 'retry events that were set aside, each after the events that it waits for',
  fields: {
    position: {
      kind: 'line',
      required: false,
      help: 'only the event at this position of the log, with those that wait for it',
      fix: 'Give a position from: npx truyvet projections status',
    },
  },
  needs: ['any-graph', 'queues'],
  cli: {
    words: 'projections retry',
    *told({ asked, asked_readers, set_aside, readers }: Retried, _given, zone) {
      if (asked + asked_readers === 0) yield 'Nothing is set aside there.';
      if (asked > 0) yield `${asked} ${asked === 1 ? 'event was' : 'events were'} retried.`;
      if (asked > 0 && set_aside.length === 0) yield 'All are in the graph now.';
      if (asked_readers > 0) {
        yield `${asked_readers} ${asked_readers === 1 ? 'event was' : 'events were'} retried by workers.`;
        if (readers.length === 0) yield 'All are handled now.';
      }
      yield* describedAside(set_aside, zone);
      yield* describedReaders(readers, zone);
    },
  },
  answer: async () => (await import('./projections.js')).retriedAnswer,
  handle: async (context, given) => (await import('./projections.js')).retry(context, given),
});

export const acceptSetAside = defineCommandAnswering({
  name: 'accept-set-aside',
  permission: 'projections:settle',
  says: 'accept that set-aside events stay left out: they no longer degrade readiness',
  fields: {
    events: {
      kind: 'lines',
      required: true,
      help: 'the positions in the log, or the ids, that status shows',
      fix: 'Give a list of positions, such as ["1234"], as `npx truyvet projections status` shows them.',
    },
    by: BY,
    reason: WHY,
  },
  needs: ['any-graph', 'queues'],
  http: { path: 'operations/set-aside/accept', tag: 'operation' },
  cli: {
    words: 'projections accept <events>',
    *told({ accepted }: Accepting) {
      if (accepted === 0) return yield 'Nothing changed: they were accepted already.';
      yield `${accepted} ${accepted === 1 ? 'event is' : 'events are'} accepted as left out. Answers still warn that their content may be missing.`;
    },
  },
  answer: async () => (await import('./accept-set-aside.js')).acceptedAnswer,
  handle: async (context, given) => (await import('./accept-set-aside.js')).accept(context, given),
});

export const PROJECTION_REQUESTS = [showProjections, rebuildProjection, retrySetAside, acceptSetAside];
