// The examples of the documents, from manifest to images: what is asked of whom, and what becomes of an answer.
import { expect, test } from 'vitest';
import type { DiscoveryPolicyStatus } from '../../../crds/discovery-policy.ts';
import type { SourceOutcome } from '../../../hooks/discovery-policy/query.ts';
import { planDiscovery, syncDiscoveryPolicy } from '../../../hooks/discovery-policy/sync.ts';
import { documentedPolicies } from '../../crds/documented-discovery.ts';
import { HOUR, MINUTE, NOON } from '../builders/wire.ts';
import { found, observed, series, tags } from './policies.ts';

interface Row {
  readonly policy: keyof typeof documentedPolicies;
  readonly asked: object;
  readonly outcome: SourceOutcome;
  readonly images: readonly (readonly [image: string, score: number])[];
  readonly askedAgainAfter: number;
}

const guideAnswer = series({
  'registry.example.com/ci/lint:1.8.0': 900,
  'registry.example.com/ci/test:2.4.1': 2500,
  'registry.example.com/ci/build:1.0.3': 4200,
});
const guideImages = [
  ['registry.example.com/ci/build:1.0.3', 4200],
  ['registry.example.com/ci/test:2.4.1', 2500],
  ['registry.example.com/ci/lint:1.8.0', 900],
] as const;
const week = {
  startMilliseconds: NOON - 7 * 24 * HOUR,
  endMilliseconds: NOON,
  stepMilliseconds: 5 * MINUTE,
};

const table: Row[] = [
  {
    policy: 'warStory',
    asked: { kind: 'prometheus', endpoint: 'https://mimir.example.com', secretName: undefined, range: week },
    outcome: guideAnswer,
    images: guideImages,
    askedAgainAfter: HOUR,
  },
  {
    policy: 'readmePopular',
    asked: { kind: 'prometheus', endpoint: 'https://mimir.example.com', secretName: 'prometheus-creds', range: week },
    outcome: series({
      'docker.io/library/alpine:3.19': [3000, 6000],
      'registry.example.com/ci/build:1.0.3': [2000, 2200],
      'registry.example.com/ci/test:2.4.1': [2500],
    }),
    images: guideImages.slice(0, 2),
    askedAgainAfter: HOUR,
  },
  {
    policy: 'fullExample',
    asked: {
      kind: 'prometheus',
      endpoint: 'https://mimir.example.com',
      secretName: 'prometheus-creds',
      range: undefined,
    },
    outcome: series({
      '123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/app:v1': 9000,
      nginx: 17,
      'registry.example.com/ecr/app:v1': 23,
    }),
    images: [
      ['registry.example.com/ecr/app:v1', 23],
      ['docker.io/library/nginx:latest', 17],
    ],
    askedAgainAfter: HOUR,
  },
  {
    policy: 'gitlabHelpers',
    asked: {
      kind: 'registry',
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
      (tag, index) =>
        [`registry.gitlab.com/gitlab-org/gitlab-runner/gitlab-runner-helper:x86_64-${tag}`, 5 - index] as const,
    ),
    askedAgainAfter: 6 * HOUR,
  },
  {
    policy: 'platformApps',
    asked: {
      kind: 'registry',
      url: 'https://registry.example.com',
      repositories: ['platform/api', 'platform/web'],
      secretName: undefined,
    },
    outcome: tags({
      'platform/api': ['latest', ...Array.from({ length: 12 }, (_, minor) => `v1.${minor}.0`), 'v2.0.0-rc1'],
      'platform/web': ['v0.9.0', 'v0.10.0', 'main'],
    }),
    images: [
      ['registry.example.com/platform/api:v1.11.0', 10],
      ['registry.example.com/platform/api:v1.10.0', 9],
      ['registry.example.com/platform/api:v1.9.0', 8],
      ['registry.example.com/platform/api:v1.8.0', 7],
      ['registry.example.com/platform/api:v1.7.0', 6],
      ['registry.example.com/platform/api:v1.6.0', 5],
      ['registry.example.com/platform/api:v1.5.0', 4],
      ['registry.example.com/platform/api:v1.4.0', 3],
      ['registry.example.com/platform/api:v1.3.0', 2],
      ['registry.example.com/platform/web:v0.10.0', 2],
      ['registry.example.com/platform/api:v1.2.0', 1],
      ['registry.example.com/platform/web:v0.9.0', 1],
    ],
    askedAgainAfter: 2 * HOUR,
  },
  {
    policy: 'readmeTags',
    asked: {
      kind: 'registry',
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
      ['registry.example.com/team/frontend:v1.10', 3],
      ['registry.example.com/team/frontend:v1.2', 2],
      ['registry.example.com/team/backend:v2.0.0', 1],
      ['registry.example.com/team/frontend:v1.1', 1],
    ],
    askedAgainAfter: 15 * MINUTE,
  },
];

test.each(table)('$policy', ({ policy, asked, outcome, images, askedAgainAfter }) => {
  const parent = observed(documentedPolicies[policy].spec);
  expect(planDiscovery(parent, NOON)).toEqual([expect.objectContaining({ source: 0, ...asked })]);
  const { response } = syncDiscoveryPolicy(parent, new Map([[0, outcome]]), NOON);
  expect(found(response.status as DiscoveryPolicyStatus)).toEqual(images);
  expect(response.status).toMatchObject({ conditions: [{ type: 'Ready', status: 'True', reason: 'Synced' }, {}] });
  expect(response.resyncAfterSeconds).toBe(askedAgainAfter / 1000);
});
