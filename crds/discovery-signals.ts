// The signals of a DiscoveryPolicy: each reduces the raw numbers of one query to one number per image.
import { z } from 'zod';
import { discoveryName } from './discovery-queries.ts';
import { uncheckedDuration } from './go-duration.ts';
import { DISCOVERY_NAME_LIMIT_CHARACTERS, SIGNALS_LIMIT, WEIGHT_WINDOWS_LIMIT } from './limits.ts';
import { quantity } from './quantity.ts';
import { withPattern } from './rule.ts';
import { unsetIfEmpty } from './unset-values.ts';

const method = z
  .enum(['sum', 'count', 'avg', 'max', 'min'])
  .describe('How the values of an image are combined into one number.');

const aggregate = z.object({ method }).describe('Every value has the same weight, for type aggregate.');

const weightWindow = z
  .object({
    startHour: z.int().min(0).max(23).describe('First hour of the window.'),
    endHour: z.int().min(1).max(24).describe('Hour at which the window ends.'),
    weight: quantity.describe('Weight of the values within the window.'),
  })
  .describe('Hours of every day with a weight of their own.');

const timeWeightedAggregate = z
  .object({
    method,
    timezone: discoveryName.describe('Time zone of the windows, for example Europe/Berlin.'),
    defaultWeight: quantity.describe('Weight of the values outside all windows.'),
    windows: z
      .array(weightWindow)
      .min(1)
      .max(WEIGHT_WINDOWS_LIMIT)
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Windows with weights. The first one that contains the hour of a value counts.'),
  })
  .describe('Each value is weighted by its time of day, for type timeWeightedAggregate.');

const TIME_OF_DAY_CHARACTERS = 5;

const timeOfDay = withPattern(
  z.string().max(TIME_OF_DAY_CHARACTERS),
  /^([01][0-9]|2[0-3]):[0-5][0-9]$/,
  'must be a time of day such as 07:30',
);

const windowAggregate = z
  .object({
    method,
    relativeWindow: uncheckedDuration.optional().describe('Time span before the query whose values count.'),
    timezone: unsetIfEmpty(z.string().max(DISCOVERY_NAME_LIMIT_CHARACTERS))
      .optional()
      .describe('Time zone of the window, for example Europe/Berlin.'),
    window: z
      .object({
        start: timeOfDay.describe('Time at which the window begins.'),
        end: timeOfDay.describe('Time at which the window ends.'),
      })
      .optional()
      .describe('Time of day whose values count. Exclusive with relativeWindow.'),
  })
  .describe('Only values within a window count, for type windowAggregate.');

const eventPullTime = z
  .object({
    metric: z.enum(['pullTime', 'imageSize']).default('pullTime').describe('What is read from the Events.'),
    statistic: z.enum(['p50', 'p90', 'p95', 'avg', 'max', 'count']).describe('The number computed from the pulls.'),
  })
  .describe('Durations or sizes of pulls, for type eventPullTime.');

const signal = z
  .object({
    name: discoveryName.describe('Name by which the ranking refers to the signal.'),
    query: discoveryName.describe('Name of the query whose numbers are reduced.'),
    type: z
      .enum(['aggregate', 'timeWeightedAggregate', 'windowAggregate', 'eventPullTime'])
      .describe('Type of the signal. It names the block that counts.'),
    aggregate: aggregate.optional(),
    timeWeightedAggregate: timeWeightedAggregate.optional(),
    windowAggregate: windowAggregate.optional(),
    eventPullTime: eventPullTime.optional(),
  })
  .describe('A signal.');

export const discoverySignals = z
  .array(signal)
  .max(SIGNALS_LIMIT)
  .meta({ 'x-kubernetes-list-type': 'atomic' })
  .describe('Signals, each computed from one query.');
