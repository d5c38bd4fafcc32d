import { beforeAll, describe, expect, it } from '@jest/globals';
import { familyOf, kindOf, labelling, namesOf } from '../../../src/contact-graph/instances.js';
import { allOf, type FactProjection, type VisitProjection } from '../../../src/contact-graph/projection.js';
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
  let visits: VisitProjection;
  beforeAll(async () => {
    ({ facts, visits } = await graphTypes());
  });
  const namesOfFamily = (name: string) => familyOf(name, facts).map((each) => each.name);

  it('is rebuilt with those that are made from it, and with the one on whose rows it writes', () => {
    expect(namesOfFamily('proximity')).toEqual(['proximity']);
    expect(namesOfFamily('tests')).toEqual(['tests', 'tasks', 'reminders']);
    const ofCases = ['cases', 'case-windows', 'brake', 'tasks', 'reminders'];
    expect(namesOfFamily('cases')).toEqual(ofCases);
    expect(namesOfFamily('brake')).toEqual(ofCases);
  });

  it('never requires a full rebuild: what each writes belongs to it, or to another with which it is rebuilt', () => {
    const shared = allOf(visits, facts).filter(({ owns, writesOn }) => owns.length === 0 && writesOn === undefined);
    expect(shared).toEqual([]);
    expect(familyOf('presence', allOf(visits, facts))).toEqual([visits]);
    expect(namesOfFamily('places')).toEqual(['places']);
    expect(namesOfFamily('place-kinds')).toEqual(['place-kinds']);
  });
});
