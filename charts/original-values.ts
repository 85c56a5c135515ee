// Values of the chart of the original Drop that this chart accepts, so that files of values can stay as they are.
import { z } from 'zod';
import { kubernetesPart, optionalText } from './value-shapes.ts';

const REPLICAS_LIMIT = 50;
/** A Service may have 63 characters, and some names have a suffix such as -admin. */
const NAME_LIMIT_CHARACTERS = 50;

export const replicas = z.int().min(0).max(REPLICAS_LIMIT);

const nameOverride = optionalText(
  /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/,
  NAME_LIMIT_CHARACTERS,
  'must be a name of lower-case letters, digits and dashes that begins with a letter',
).default('');

const unused = (reason: string) => kubernetesPart.default({}).describe(`No effect: ${reason}.`);

export const originalValues = {
  replicaCount: replicas.nullable().default(null).describe('Replicas of the service. If set, it wins over replicas.'),
  nameOverride: nameOverride.describe(
    'Replaces `drop` in the name of every object and in the label app.kubernetes.io/name.',
  ),
  fullnameOverride: nameOverride.describe(
    'Name of every object, some with a suffix. The registrations with Metacontroller keep their names, because a ' +
      'cluster runs one Drop.',
  ),
  metrics: unused('the metrics are always served, on the admin port'),
  leaderElection: unused('every replica of the service responds, so there is no leader'),
  certManager: unused('there is no admission webhook that needs a certificate'),
};
