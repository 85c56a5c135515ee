// Services that misread what kubelets report.
import type { Manifest } from '../../../simulator/kubernetes-object.ts';
import type { Tampering } from '../replicas.ts';
import { changeRelated, changeResponses, smallRun, type TamperedService, withStatus } from './tampering.ts';

type Texts = readonly string[];
type Fields = Readonly<Record<string, unknown>>;

/** Changes the NodeImages that the hook of the Nodes returns. */
const changeNodeImages = (change: (spec: Fields) => object): Tampering =>
  changeResponses('nodes', (response) => ({
    ...response,
    attachments: (response.attachments ?? []).map(
      (attachment): Manifest =>
        attachment.kind === 'NodeImages'
          ? { ...attachment, spec: { ...change((attachment.spec ?? {}) as Fields) } }
          : attachment,
    ),
  }));

/** Changes what the policies read of the Inventories. */
const changeInventories = (change: (status: Fields) => object): Tampering =>
  changeRelated('pullpolicies', 'Inventory', (inventory) =>
    withStatus(inventory, { ...change((inventory.status ?? {}) as Fields) }),
  );

const textsIn = (status: Fields, field: string) => (status[field] ?? []) as Texts;
const AN_HOUR = (3600).toString(36);

/** Each loss rests for an hour, and the policies do not see it. */
const restsUnseen: Tampering = {
  ...changeNodeImages((spec) => ({
    ...spec,
    ...(spec.lost === undefined
      ? {}
      : { lost: textsIn(spec, 'lost').map((text) => text.replace(/^(\S+) \S+/, `$1 ${AN_HOUR}`)) }),
  })),
  ...changeInventories((status) => ({
    lost: textsIn(status, 'lost').map((text) => text.replace(/(\.[0-9a-z]+)\.[0-9a-z]+/g, '$1')),
  })),
};

export const reportTamperings: readonly TamperedService[] = [
  {
    invariant: 'loss-noticed',
    service: 'a service that forgets each loss of an image',
    tampering: changeNodeImages(({ lost: _, ...spec }) => spec),
    run: smallRun(2, { images: 4, faults: ['images-collected'] }),
  },
  {
    invariant: 'present-not-pulled',
    service: 'a service that does not read which nodes hold an image',
    tampering: changeInventories((status) => ({
      references: textsIn(status, 'references').map((text) => text.split(' ')[0] ?? ''),
    })),
    run: smallRun(8, { images: 4, faults: ['nodes-preloaded'] }),
  },
  {
    invariant: 'removal-rests',
    service: 'a service whose policies ignore that a removed image rests',
    tampering: restsUnseen,
    run: smallRun(2, { images: 4, faults: ['images-collected'] }),
  },
];
