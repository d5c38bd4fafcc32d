import { beforeAll, describe, expect, it } from '@jest/globals';
import { cannotBeMadeAlone, familyOf, kindOf, labelling, namesOf } from '../../../src/contact-graph/instances.js';
import type { FactProjection } from '../../../src/contact-graph/projection.js';
import { graphTypes } from '../../../src/entrypoints/graph-types.js';

const first = { version: 1, again: false };

describe('A name that belongs to one projection', () => {
  it('is spelt as a label, a relationship type, or a key of nodes that others write', () => {
    expect(['Task', 'HeldResult', 'NEAR', 'LIVES_IN', 'Person.isolations'].map(kindOf)).toEqual([
      ...['label', 'label', 'relationship', 'relationship', 'key'],
    ]);
  });

  it('is unchanged in its first build, and carries its version in every other', () => {
    const owns = ['Household', 'LIVES_IN', 'Person.movedAt'];
    const names = (made: typeof first) => owns.map(labelling([{ owns, ...made }]));
    expect(names(first)).toEqual(['Household', 'LIVES_IN', 'movedAt']);
    expect(names({ version: 2, again: false })).toEqual(['Household_v2', 'LIVES_IN_v2', 'movedAt_v2']);
    expect(owns.map(labelling([]))).toEqual(names(first));
    expect(namesOf({ owns, version: 1, again: true })).toEqual([
      ...['Household_again', 'LIVES_IN_again', 'Person.movedAt_again'],
    ]);
  });
});

describe('A projection of another version', () => {
  let facts: readonly FactProjection[];
  beforeAll(async () => {
    ({ facts } = await graphTypes());
  });
  const namesOfFamily = (name: string) => familyOf(name, facts).map((each) => each.name);

  it('is rebuilt with those that are made from it, and with the one on whose rows it writes', () => {
    expect(namesOfFamily('proximity')).toEqual(['proximity']);
    expect(namesOfFamily('tests')).toEqual(['tests', 'tasks', 'reminders']);
    const ofCases = ['cases', 'case-windows', 'brake', 'tasks', 'reminders'];
    expect(namesOfFamily('cases')).toEqual(ofCases);
    expect(namesOfFamily('brake')).toEqual(ofCases);
  });

  it('requires a full rebuild if visits depend on what it writes, and no other does', () => {
    const inGraph = (name: string) => ({
      ...({ name, version: 1, again: false, state: 'active', passed: undefined, given: undefined } as const),
      ...{ owns: [], wanted: false, trouble: null },
    });
    const emptying = facts.filter(
      (each) => cannotBeMadeAlone([inGraph(each.name)], [{ ...each, version: 2 }]) !== undefined,
    );
    expect(emptying.map(({ name }) => name)).toEqual(['places', 'place-kinds']);
  });
});
