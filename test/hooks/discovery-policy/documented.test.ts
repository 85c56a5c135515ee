// The documented example policies, from the manifest to the query and from the response to the discovered images.
import { expect, test } from 'vitest';
import type { DiscoveryPolicyStatus } from '../../../crds/discovery-policy.ts';
import type { SourceOutcome } from '../../../hooks/discovery-policy/query.ts';
import { planDiscovery, syncDiscoveryPolicy } from '../../../hooks/discovery-policy/sync.ts';
import { documentedPolicies } from '../../crds/documented-discovery.ts';
import { HOUR, MINUTE, NOON, SECOND } from '../builders/wire.ts';
import { found, observed, POPULAR_FACTOR, series, tags } from './policies.ts';

interface Row {
  readonly policy: keyof typeof documentedPolicies;
  readonly query: object;
  readonly outcome: SourceOutcome;
  /** Image and score. */
  readonly images: readonly string[];
  readonly interval: number;
}

const guideResponse = series({
  'registry.example.com/ci/lint:1.8.0': 900,
  'registry.example.com/ci/test:2.4.1': 2500,
  'registry.example.com/ci/build:1.0.3': 4200,
});
const guideImages = [
  'registry.example.com/ci/build:1.0.3 4200',
  'registry.example.com/ci/test:2.4.1 2500',
  'registry.example.com/ci/lint:1.8.0 900',
];
const week = {
  startMilliseconds: NOON - 7 * 24 * HOUR,
  endMilliseconds: NOON,
  stepMilliseconds: 5 * MINUTE,
};

const table: Row[] = [
  {
    policy: 'warStory',
    query: { type: 'prometheus', url: 'https://mimir.example.com', secretName: undefined, range: week },
    outcome: guideResponse,
    images: guideImages,
    interval: HOUR,
  },
  {
    policy: 'readmePopular',
    query: { type: 'prometheus', url: 'https://mimir.example.com', secretName: 'prometheus-creds', range: week },
    outcome: series({
      'docker.io/library/alpine:3.19': [3000, 6000],
      'registry.example.com/ci/build:1.0.3': [2000, 2200],
      'registry.example.com/ci/test:2.4.1': [2500],
    }),
    images: guideImages.slice(0, 2),
    interval: HOUR,
  },
  {
    policy: 'fullExample',
    query: {
      type: 'prometheus',
      url: 'https://mimir.example.com',
      secretName: 'prometheus-creds',
      range: undefined,
    },
    outcome: series({
      '123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/app:v1': 9000,
      nginx: 17,
      'registry.example.com/ecr/app:v1': 23,
    }),
    images: ['registry.example.com/ecr/app:v1 23', 'docker.io/library/nginx:latest 17'],
    interval: HOUR,
  },
  {
    policy: 'gitlabHelpers',
    query: {
      type: 'registry',
      url: 'https://registry.gitlab.com',
      repositories: ['gitlab-org/gitlab-runner/gitlab-runner-helper'],
      secretName: undefined,
    },
    outcome: tags({
      'gitlab-org/gitlab-runner/gitlab-runner-helper': [
        ...['alpine3.19-arm-v19.0.0', 'v17.11.0', 'v18.0.0', 'v18.10.0', 'v18.2.0', 'v18.9.1', 'v18.9.2', 'v19.0.0'],
        ...['v9.5.1', 'v19.1.0-rc1', 'x86_64-bleeding', 'latest', 'x86_64-v19.0.0'],
      ],
    }),
    images: ['v19.0.0', 'v18.10.0', 'v18.9.2', 'v18.9.1', 'v18.2.0'].map(
      (tag, index) => `registry.gitlab.com/gitlab-org/gitlab-runner/gitlab-runner-helper:x86_64-${tag} ${5 - index}`,
    ),
    interval: 6 * HOUR,
  },
  {
    policy: 'platformApps',
    query: {
      type: 'registry',
      url: 'https://registry.example.com',
      repositories: ['platform/api', 'platform/web'],
      secretName: undefined,
    },
    outcome: tags({
      'platform/api': ['latest', ...Array.from({ length: 12 }, (_, minor) => `v1.${minor}.0`), 'v2.0.0-rc1'],
      'platform/web': ['v0.9.0', 'v0.10.0', 'main'],
    }),
    images: [
      ...[10, 9, 8, 7, 6, 5, 4, 3, 2].map((score) => `registry.example.com/platform/api:v1.${score + 1}.0 ${score}`),
      'registry.example.com/platform/web:v0.10.0 2',
      'registry.example.com/platform/api:v1.2.0 1',
      'registry.example.com/platform/web:v0.9.0 1',
    ],
    interval: 2 * HOUR,
  },
  {
    policy: 'readmeTags',
    query: {
      type: 'registry',
      url: 'https://registry.example.com',
      repositories: ['team/frontend', 'team/backend', 'team/worker'],
      secretName: 'registry-api-creds',
    },
    outcome: tags({
      'team/frontend': ['v1.0', 'v1.1', 'v1.2', 'v1.10', 'latest'],
      'team/backend': ['v2.0.0'],
      'team/worker': ['main', 'stable'],
    }),
    images: [
      'registry.example.com/team/frontend:v1.10 3',
      'registry.example.com/team/frontend:v1.2 2',
      'registry.example.com/team/backend:v2.0.0 1',
      'registry.example.com/team/frontend:v1.1 1',
    ],
    interval: 15 * MINUTE,
  },
];

test.each(table)(
  'the example $policy sends its query and ranks its images',
  ({ policy, query, outcome, images, interval }) => {
    const parent = observed(documentedPolicies[policy].spec);
    expect(planDiscovery(parent, NOON)).toEqual([expect.objectContaining({ list: 'sources', index: 0, ...query })]);
    const { response } = syncDiscoveryPolicy(parent, new Map([[0, outcome]]), NOON);
    expect(found(response.status as DiscoveryPolicyStatus)).toEqual(images);
    expect(response.status).toMatchObject({ conditions: [{ type: 'Ready', status: 'True', reason: 'Synced' }, {}] });
    expect(response.resyncAfterSeconds).toBeCloseTo((interval * POPULAR_FACTOR) / SECOND, 2);
  },
);
