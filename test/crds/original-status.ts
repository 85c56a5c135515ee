// A status as the original Drop 2.x writes it for a DiscoveryPolicy with queries: without a revision, and with a count
// of images only above zero.

const LAST_SYNC = '2026-08-21T11:00:00Z';

export const originalReady = (status: 'True' | 'False', reason: string, message = '') => ({
  type: 'Ready',
  status,
  observedGeneration: 3,
  reason,
  message,
  lastTransitionTime: LAST_SYNC,
});

export const originalStatus = {
  lastSyncTime: LAST_SYNC,
  imageCount: 2,
  queryResults: [
    { name: 'usage', type: 'prometheus', status: 'success' },
    { name: 'pulls', type: 'loki', status: 'failed', message: 'dial tcp: lookup loki: no such host' },
  ],
  discoveredImages: [
    { image: 'registry.example.com/app:v1', rank: 1, finalScore: '0.30000000000000004' },
    { image: 'nginx:1.25', rank: 2, finalScore: '0.5' },
  ],
  conditions: [originalReady('True', 'Synced', 'm'.repeat(1000))],
};
