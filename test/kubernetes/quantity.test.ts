// Proves that quantities are accepted, refused and read as by Kubernetes. Values of the tables are those of
// `TestQuantityParse` in `pkg/api/resource/quantity_test.go` of k8s.io/apimachinery.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseQuantity, quantityPattern, signedQuantityPattern } from '../../kubernetes/quantity.ts';

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

test.each([
  ['0.7', 700 * 0.001],
  ['700m', 700 * 0.001],
  ['0.3', 0.3],
  ['1', 1],
  ['1.0', 1],
  ['1.', 1],
  ['.5', 0.5],
  ['+1', 1],
  ['-1', -1],
  ['-0.25', -0.25],
  ['0', 0],
  ['-0', -0],
  ['1e3', 1000],
  ['1E3', 1000],
  ['1E', 1e18],
  ['1.5e-3', 0.0015],
  ['1k', 1000],
  ['2M', 2e6],
  ['3G', 3e9],
  ['4T', 4e12],
  ['5P', 5e15],
  ['1Ki', 1024],
  ['1.5Ki', 1536],
  ['1Mi', 1024 ** 2],
  ['1Gi', 1024 ** 3],
  ['1Ti', 1024 ** 4],
  ['1Pi', 1024 ** 5],
  ['9Ei', 9 * 1024 ** 6],
  ['3u', 3 * 1e-6],
  ['3n', 3 * 1e-9],
  ['1e30', 1e30],
  ['1.7e308', 1.7e308],
  ['0e999999999999', 0],
])('the quantity %s is the number %d', (text, number) => {
  expect(parseQuantity(text)).toBe(number);
});

test.each([
  ['0.0000000001', 1e-9],
  ['-0.0000000001', -1e-9],
  ['0.1234567891', 123456790 * 1e-9],
  ['-0.1234567891', -(123456790 * 1e-9)],
  ['0.1234567890', 123456789 * 1e-9],
  ['1.0000000001n', 2e-9],
  ['0.0000000000001Ki', 1e-9],
  ['1e-400', 1e-9],
  ['1e-999999999999', 1e-9],
])('the quantity %s with more than nine decimals is rounded up to %d', (text, number) => {
  expect(parseQuantity(text)).toBe(number);
});

test.each([
  '1e309',
  '1e401',
  '9e999999999999',
  '-1e400',
  '1e1.5',
  '1e',
  '1KI',
  '1x',
  '.',
  '-',
  '',
  ' 1',
  '1 ',
  '1\n',
  'Ki',
])('the text %j is not the quantity of a number', (text) => {
  expect(parseQuantity(text)).toBeUndefined();
});

test('every valid quantity of the upstream tests has a number, and no invalid one has', () => {
  expect(valid.filter((text) => parseQuantity(text) === undefined)).toEqual([]);
  expect(invalid.filter((text) => parseQuantity(text) !== undefined)).toEqual([]);
});

test('whole numbers and thousandths keep their value, however they are written', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), (thousandths) => {
      expect(parseQuantity(`${thousandths}`)).toBe(thousandths);
      expect(parseQuantity(`${thousandths}m`)).toBeCloseTo(thousandths / 1000, 9);
      expect(parseQuantity((thousandths / 1000).toFixed(3))).toBe(parseQuantity(`${thousandths}m`));
    }),
  );
});
