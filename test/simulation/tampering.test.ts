// Shows that every check works: each promise is broken by a service that breaks it, and by no untampered service.
import { expect, test } from 'vitest';
import { endChecks, invariants } from './invariants/all.ts';
import { run } from './run.ts';
import { deletionTamperings, endTamperings } from './tampering/children.ts';
import { countTamperings } from './tampering/counts.ts';
import { podTamperings, recordTamperings, secretTamperings, truthTamperings } from './tampering/records.ts';
import { reportTamperings } from './tampering/reports.ts';
import { capTamperings, delayTamperings, nodeTamperings } from './tampering/starts.ts';
import type { TamperedService } from './tampering/tampering.ts';

const services: readonly TamperedService[] = [
  ...capTamperings,
  ...delayTamperings,
  ...nodeTamperings,
  ...podTamperings,
  ...recordTamperings,
  ...truthTamperings,
  ...secretTamperings,
  ...deletionTamperings,
  ...endTamperings,
  ...countTamperings,
  ...reportTamperings,
];

const rows = services.map((service) => [service.service, service.invariant, service] as const);

test.each(rows)('%s breaks the promise %s', async (_, invariant, { tampering, run: options }) => {
  const { violation } = await run({ ...options, tampering });
  expect(violation?.invariant, violation?.what).toBe(invariant);
});

const runs = new Map(services.map(({ run: options }) => [JSON.stringify(options), options]));

test.each([...runs])('the untampered service keeps every promise in the run %s', async (_, options) => {
  const { violation } = await run(options);
  expect(violation?.what).toBeUndefined();
});

test('every promise is broken by a tampered service', () => {
  const names = [...invariants, ...endChecks].map(({ name }) => name);
  expect([...new Set(services.map(({ invariant }) => invariant))].sort()).toEqual(names.sort());
});
