import type { CaseEvent, Contact, ContactsTraced, Factor, TraceCompleted } from '../cases/index.js';

/** What the traces of one case say together. */
export interface ContactList {
  /** The contacts of the latest completed trace, by person. */
  contacts: Map<string, Contact>;
  /** Who shares something with the case without being a contact of degree 1, by person. */
  factors: Map<string, Factor>;
  /** Everyone who ever was one. */
  ever: Set<string>;
  latest: TraceCompleted['data'] | null;
  /** Parts of traces that are not completed, by trace; those of a crashed worker stay here and count for nothing. */
  parts: Map<string, ContactsTraced['data'][]>;
  /** Whom each completed trace concerned: found, changed or gone. */
  touched: Map<string, string[]>;
  /** Something happened after which no trace was completed. */
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

/** Takes one more event of the case into the list, which it changes: lists are long and traces frequent. */
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

/** A contact too large for one event is named by several of a trace, each with a part of the evidence. */
function continued(begun: Contact, next: Contact): Contact {
  return { ...next, meetings: [...begun.meetings, ...next.meetings], via: [...begun.via, ...next.via] };
}
