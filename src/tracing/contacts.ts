import type { CaseEvent, Contact, ContactsTraced, Factor, TraceCompleted } from '../cases/index.js';

/** The combined result of the traces of one case. */
export interface ContactList {
  /** The contacts of the latest completed trace, by person. */
  contacts: Map<string, Contact>;
  /** Factors: people who share something with the case without being contacts of degree 1, by person. */
  factors: Map<string, Factor>;
  /** Everybody who ever was a contact. */
  ever: Set<string>;
  latest: TraceCompleted['data'] | null;
  /** Parts of traces that are not completed, by trace; those of a crashed worker stay here and are ignored. */
  parts: Map<string, ContactsTraced['data'][]>;
  /** People that each completed trace found, changed or removed. */
  touched: Map<string, string[]>;
  /** The case changed and no trace was completed since. */
  due: boolean;
}

export function emptyContactList(): ContactList {
  return {
    contacts: new Map(),
    factors: new Map(),
    ever: new Set(),
    latest: null,
    parts: new Map(),
    touched: new Map(),
    due: false,
  };
}

/** Adds an event of the case to the list, in place: lists are long and traces frequent. */
export function addToContactList(list: ContactList, event: CaseEvent): void {
  switch (event.type) {
    case 'CaseConfirmed':
    case 'CaseEvidenceWithdrawn':
    case 'InfectiousWindowChanged':
    case 'CaseRetracted':
      list.due = true;
      return;
    case 'ContactsTraced': {
      const { traceId } = event.data;
      const parts = list.parts.get(traceId);
      if (parts) parts.push(event.data);
      else list.parts.set(traceId, [event.data]);
      return;
    }
    case 'TraceCompleted': {
      const parts = list.parts.get(event.data.traceId) ?? [];
      list.parts.clear();
      const touched = new Set<string>();
      for (const part of parts) {
        for (const contact of part.found) {
          const { personId } = contact;
          const begun = touched.has(personId) ? list.contacts.get(personId) : undefined;
          list.contacts.set(personId, begun ? continued(begun, contact) : contact);
          list.ever.add(personId);
          touched.add(personId);
        }
        for (const personId of part.gone) {
          list.contacts.delete(personId);
          touched.add(personId);
        }
        for (const factor of part.factors) list.factors.set(factor.personId, factor);
        for (const personId of part.factorsGone) list.factors.delete(personId);
      }
      list.touched.set(event.data.traceId, [...touched]);
      list.latest = event.data;
      list.due = false;
      return;
    }
  }
}

/** A contact too large for one event is repeated in several events of a trace, each with a part of the evidence. */
function continued(begun: Contact, next: Contact): Contact {
  return { ...next, meetings: [...begun.meetings, ...next.meetings], via: [...begun.via, ...next.via] };
}
