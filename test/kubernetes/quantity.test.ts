// Proves that quantities are accepted and refused as by Kubernetes. The values are those of `TestQuantityParse` in
// `pkg/api/resource/quantity_test.go` of k8s.io/apimachinery.
import { expect, test } from 'vitest';
import { quantityPattern, signedQuantityPattern } from '../../kubernetes/quantity.ts';

const words = (text: string) => text.split(' ');
const accepted = (quantities: readonly string[]) => quantities.filter((text) => quantityPattern.test(text));

const valid = [
  ...words('0 0m 0Ki 0k 0Mi 0M 0Gi 0G 0Ti 0T 1 1Ki 8Ki 7Mi 6Gi 5Ti 4Pi 3Ei 10Ti 100Ti'),
  ...words('3m 9 8k 50k 7M 6G 5T 40T 300T 2P 1E 12E 9Ei 9223372036854775807Ki'),
  ...words('1e3 1E6 1e9 1E12 1e13 1e14 1e15 1E18 1.2e3 1.40e9 1.53E12 1.6e15 1.7E18 0.5e0'),
  ...words('100.035k 0.001 0.0005k 0.005 0.05 0.5 0.00050k 0.00500 0.05000 0.50000 10.035M 9.01 8.1k 7.123456M'),
  ...words('6.987654321G 5.444T 40.1T 300.2T 2.5P 1.01E 0.0000000001 100.035Ki 0.5Mi 0.05Gi 0.025Ti 0.000000000001Ki'),
];

const invalid = ['', ...words('1.1.M 1+1.0M 0.1mi 0.1am aoeu .5i 1i -3.01i -3.01e-'), ' 1', '1 ', '1\n'];

/** Kubernetes accepts these. Resources of a container cannot be negative. */
const refusedUnlikeUpstream = words('. -. .001 .0001k 1. 1.G +1 -1 -1.025Ti 5n 4u 3.001n 1E-3 0.5e-9 1.3E+6');

test('every valid quantity of the upstream tests is accepted', () => {
  expect(accepted(valid)).toEqual(valid);
});

test('every invalid quantity of the upstream tests is refused', () => {
  expect(accepted(invalid)).toEqual([]);
});

test('signs, nano, micro and a decimal point without digits on both sides are refused, unlike upstream', () => {
  expect(accepted(refusedUnlikeUpstream)).toEqual([]);
});

test('the pattern with signs accepts and refuses exactly what upstream does', () => {
  const upstream = words('.001 .0001k 1. 1.G +1 -1 -1.025Ti 5n 4u 3.001n 1E-3 0.5e-9 1.3E+6');
  const all = [...valid, ...upstream];
  expect(all.filter((text) => signedQuantityPattern.test(text))).toEqual(all);
  expect([...invalid, ...words('. -. -')].filter((text) => signedQuantityPattern.test(text))).toEqual([]);
});
