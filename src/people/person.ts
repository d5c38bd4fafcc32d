import type { PersonEvent, PersonRegistered } from './events.js';
import type { Decider } from '../kernel/decider.js';
import { refused } from '../kernel/errors.js';
import { NOT_MERGED, ONE_RECORD } from './problems.js';

export type PersonCommand =
  | { type: 'Register'; data: PersonRegistered['data']; unchanged: (known: PersonRegistered['data']) => boolean }
  | { type: 'Isolate'; personId: string; startedAt: string; endedAt: string | null }
  | { type: 'LinkRecord'; personId: string; record: string }
  | { type: 'Merge'; personId: string; into: string }
  | { type: 'Unmerge'; personId: string };

export interface PersonState {
  registered: PersonRegistered['data'] | null;
  /** Ends of isolations by their starts, both instants as text; null while one lasts. */
  isolations: ReadonlyMap<string, string | null>;
  /** The record of the same person whose id counts; null while this record's own id counts. */
  mergedInto: string | null;
  /** Records that were ever merged into this one. */
  linked: ReadonlySet<string>;
}

/**
 * A person's record. To compare a registration with the known one, sealed fields must be opened, so the caller, who has
 * the keys, passes the comparison in.
 */
export const personDecider: Decider<PersonCommand, PersonEvent, PersonState> = {
  initialState: { registered: null, isolations: new Map(), mergedInto: null, linked: new Set() },

  decide(command, state) {
    if (command.type === 'Register') {
      if (state.registered && command.unchanged(state.registered)) return [];
      return [{ type: 'PersonRegistered', data: command.data }];
    }
    if (command.type === 'LinkRecord') {
      const { personId, record } = command;
      return state.linked.has(record) ? [] : [{ type: 'RecordLinked', data: { personId, record } }];
    }
    if (command.type === 'Merge') {
      const { personId, into } = command;
      if (personId === into) return refused(ONE_RECORD, `${personId} cannot be merged into itself.`);
      if (state.mergedInto === into) return [];
      const events: PersonEvent[] = [];
      if (state.mergedInto !== null)
        events.push({ type: 'PersonUnmerged', data: { personId, from: state.mergedInto } });
      return [...events, { type: 'PersonMerged', data: { personId, into } }];
    }
    if (command.type === 'Unmerge') {
      const { personId } = command;
      if (state.mergedInto === null) return refused(NOT_MERGED, `${personId} is not merged into another record.`);
      return [{ type: 'PersonUnmerged', data: { personId, from: state.mergedInto } }];
    }
    const { personId, startedAt, endedAt } = command;
    const events: PersonEvent[] = [];
    if (!state.isolations.has(startedAt)) events.push({ type: 'PersonIsolated', data: { personId, startedAt } });
    if (endedAt !== null && state.isolations.get(startedAt) !== endedAt) {
      events.push({ type: 'PersonReleased', data: { personId, startedAt, endedAt } });
    }
    return events;
  },

  evolve(state, event) {
    switch (event.type) {
      case 'PersonRegistered':
        return { ...state, registered: event.data };
      case 'PersonIsolated':
        return { ...state, isolations: new Map(state.isolations).set(event.data.startedAt, null) };
      case 'RecordLinked':
        return { ...state, linked: new Set(state.linked).add(event.data.record) };
      case 'PersonMerged':
        return { ...state, mergedInto: event.data.into };
      case 'PersonUnmerged':
        return { ...state, mergedInto: null };
      case 'PersonReleased':
        return { ...state, isolations: new Map(state.isolations).set(event.data.startedAt, event.data.endedAt) };
    }
  },
};
