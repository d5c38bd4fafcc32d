import type { TestResult } from '../samples/index.js';
import type { CaseEvent, CaseEvidence, InfectiousWindowChanged } from './events.js';
import type { DayCount } from '../kernel/calendar.js';
import type { Decider } from '../kernel/decider.js';
import { formatInstant, readInstant } from '../kernel/instant.js';
import type { Confirmation } from './rapid-antigen.js';
import { infectiousWindow, type Anchors, type DiseaseProfile } from './profile.js';

export type CaseCommand =
  /** A verified positive result, with the profile in force when the case's first sample was collected. */
  | {
      type: 'ConfirmBySample';
      caseId: string;
      result: TestResult;
      profile: DiseaseProfile;
      calendar: DayCount;
      /** Why it confirms the case, if not by the result alone. */
      confirmation?: Confirmation;
    }
  /** A sample no longer confirms anything: its result was retracted, or corrected to one that is not positive. */
  | {
      type: 'WithdrawSample';
      caseId: string;
      sampleId: string;
      profile: DiseaseProfile;
      calendar: DayCount;
      reason: string;
    };

export interface CaseState {
  status: 'unknown' | 'live' | 'retracted';
  personId: string;
  disease: string;
  /** The samples that confirm the case now, in the order in which they were added. */
  evidence: ReadonlyMap<string, CaseEvidence>;
  window: InfectiousWindowChanged['data'] | null;
}

/**
 * One illness of one person. Every positive sample within the profile's reinfection days is evidence of the same case.
 * The window follows from the earliest onset, or else the earliest sampling, of the evidence that is left.
 */
export const caseDecider: Decider<CaseCommand, CaseEvent, CaseState> = {
  initialState: { status: 'unknown', personId: '', disease: '', evidence: new Map(), window: null },

  decide(command, state) {
    const { caseId } = command;
    const evidence = new Map(state.evidence);
    const events: CaseEvent[] = [];
    if (command.type === 'ConfirmBySample') {
      const { disease } = command.result;
      // The sample may belong to another record of the same person.
      const personId = state.status === 'unknown' ? command.result.personId : state.personId;
      const known = evidence.get(command.result.sampleId);
      // The first reason for confirmation stays while the sample is positive; its facts may still be corrected.
      const confirmation = command.confirmation ?? known?.confirmation ?? 'result';
      const stated = evidenceOf({ ...command.result, confirmation });
      if (known && sameEvidence(known, stated)) return [];
      events.push({ type: 'CaseConfirmed', data: { caseId, personId, disease, ...stated } });
      evidence.set(stated.sampleId, stated);
    } else {
      if (!evidence.delete(command.sampleId)) return [];
      if (evidence.size === 0) return [{ type: 'CaseRetracted', data: { caseId, reason: command.reason } }];
      events.push({ type: 'CaseEvidenceWithdrawn', data: { caseId, sampleId: command.sampleId } });
    }
    const window = windowData(command, [...evidence.values()]);
    if (state.window === null || !sameWindow(window, state.window)) {
      events.push({ type: 'InfectiousWindowChanged', data: window });
    }
    return events;
  },

  evolve(state, event) {
    switch (event.type) {
      case 'CaseConfirmed': {
        const { personId, disease } = event.data;
        const evidence = new Map(state.evidence).set(event.data.sampleId, evidenceOf(event.data));
        return { ...state, status: 'live', personId, disease, evidence };
      }
      case 'CaseEvidenceWithdrawn': {
        const evidence = new Map(state.evidence);
        evidence.delete(event.data.sampleId);
        return { ...state, evidence };
      }
      case 'InfectiousWindowChanged':
        return { ...state, window: event.data };
      case 'CaseRetracted':
        return { ...state, status: 'retracted', evidence: new Map(), window: null };
      case 'ContactsTraced':
      case 'TraceCompleted':
        return state;
    }
  },
};

/**
 * When the first confirming sample was collected, after one of them is restated or, without an instant, withdrawn. The
 * rules of that day apply to the case. Undefined when no sample is left.
 */
export function firstCollected(
  state: CaseState,
  changed: { sampleId: string; collectedAt?: string },
): string | undefined {
  const others = [...state.evidence.values()].filter(({ sampleId }) => sampleId !== changed.sampleId);
  const instants = others.map(({ collectedAt }) => collectedAt);
  if (changed.collectedAt !== undefined) instants.push(changed.collectedAt);
  return instants.sort((a, b) => readInstant(a) - readInstant(b))[0];
}

/** Whether a sample belongs to this illness, judged by the other evidence, rather than to a new one. */
export function belongsToCase(
  state: CaseState,
  { sampleId, collectedAt }: Pick<TestResult, 'sampleId' | 'collectedAt'>,
  reinfectionDays: number,
  calendar: DayCount,
): boolean {
  const others = [...state.evidence.values()].filter((each) => each.sampleId !== sampleId);
  if (others.length === 0) return true;
  const known = anchorsOf(others);
  const [earlier = 0, later = 0] = [readInstant(collectedAt), known.onsetAt ?? known.collectedAt].sort((a, b) => a - b);
  return later <= calendar.plusDays(earlier, reinfectionDays);
}

function evidenceOf(stated: CaseEvidence): CaseEvidence {
  const { sampleId, collectedAt, onsetAt, rashAt, infectiousFrom, infectiousUntil, confirmation } = stated;
  return { sampleId, collectedAt, onsetAt, rashAt, infectiousFrom, infectiousUntil, confirmation };
}

function sameEvidence(a: CaseEvidence, b: CaseEvidence): boolean {
  return (
    a.collectedAt === b.collectedAt &&
    a.onsetAt === b.onsetAt &&
    a.rashAt === b.rashAt &&
    a.infectiousFrom === b.infectiousFrom &&
    a.infectiousUntil === b.infectiousUntil
  );
}

function windowData(
  { caseId, profile, calendar }: Pick<CaseCommand, 'caseId' | 'profile' | 'calendar'>,
  evidence: readonly CaseEvidence[],
): InfectiousWindowChanged['data'] {
  const window = infectiousWindow(profile, anchorsOf(evidence), calendar);
  return {
    caseId,
    from: formatInstant(window.from),
    until: window.until === null ? null : formatInstant(window.until),
    anchorAt: formatInstant(window.anchorAt),
    basis: window.basis,
    profileId: profile.id,
    profileVersion: profile.version,
  };
}

/** The earliest onset and sampling of all evidence; of windows set by investigators, the one that was stated last. */
function anchorsOf(evidence: readonly CaseEvidence[]): Anchors {
  const earliest = (texts: (string | null)[]): number | null => {
    const known = texts.filter((text) => text !== null).map(readInstant);
    return known.length === 0 ? null : Math.min(...known);
  };
  const last = (texts: (string | null)[]): number | null => {
    const text = texts.findLast((each) => each !== null);
    return text === undefined || text === null ? null : readInstant(text);
  };
  return {
    collectedAt: earliest(evidence.map((each) => each.collectedAt)) ?? 0,
    onsetAt: earliest(evidence.map((each) => each.onsetAt)),
    rashAt: earliest(evidence.map((each) => each.rashAt)),
    from: last(evidence.map((each) => each.infectiousFrom)),
    until: last(evidence.map((each) => each.infectiousUntil)),
  };
}

function sameWindow(a: InfectiousWindowChanged['data'], b: InfectiousWindowChanged['data']): boolean {
  return (
    a.from === b.from &&
    a.until === b.until &&
    a.anchorAt === b.anchorAt &&
    a.basis === b.basis &&
    a.profileId === b.profileId &&
    a.profileVersion === b.profileVersion
  );
}
