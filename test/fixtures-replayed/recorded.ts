// Sends the recorded requests of a real Metacontroller to the service, as they are or completed with newer related
// objects.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import { appWithLog, jsonHeaders } from '../service/app-with-log.ts';

const folder = resolve(import.meta.dirname, '../fixtures/metacontroller');

const API_VERSION = 'drop.corewire.io/v1alpha1';
const FLEETS = `Fleet.${API_VERSION}`;
const NODE_CACHES = `NodeCache.${API_VERSION}`;
const POLICY_VIEWS = `PolicyView.${API_VERSION}`;

/** All Pods of the recordings were created in this second. */
export const PODS_CREATED = Date.parse('2026-11-21T23:16:07Z');
/** The time of a replay, unless a test sets another. */
const SHORTLY_AFTER = PODS_CREATED + 2_000;

type Groups = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface RecordedRequest {
  readonly parent: { readonly kind: string; readonly metadata: { readonly name: string } };
  readonly children?: Groups;
  readonly related?: Groups;
}

/** The fields of a response that tests read. */
export interface RecordedResponse {
  readonly status?: Readonly<Record<string, unknown>>;
  readonly children?: readonly ReturnedObject[];
  readonly attachments?: readonly ReturnedObject[];
  readonly resyncAfterSeconds?: number;
}

interface ReturnedObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: unknown;
}

/** Returns the file names of the recordings with a prefix. */
export function recordings(prefix: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith(prefix));
}

async function send(path: string, payload: Buffer | object, nowMilliseconds: number): Promise<RecordedResponse> {
  const { app } = appWithLog({ clock: () => nowMilliseconds, bodyLimitBytes: 1024 * 1024 });
  const response = await app.inject({ method: 'POST', url: path, headers: jsonHeaders, payload });
  expect([response.statusCode, response.statusCode === 200 ? '' : response.body]).toEqual([200, '']);
  return response.json();
}

/** Returns the response to the recorded bytes. */
export function replay(path: string, name: string, nowMilliseconds = SHORTLY_AFTER): Promise<RecordedResponse> {
  return send(path, readFileSync(join(folder, name)), nowMilliseconds);
}

/** The Fleet that our own Node and Fleet syncs make of the recorded Node. */
async function fleetOfRecordedNode(): Promise<object> {
  const { attachments = [] } = await replay('/hooks/nodes/sync', 'decorator-sync-node.json');
  const parent = { apiVersion: API_VERSION, kind: 'Fleet', metadata: { name: 'default', uid: 'fleet' }, spec: {} };
  const nodeCaches = Object.fromEntries(attachments.map((nodeCache) => [nodeCache.metadata.name, nodeCache]));
  const request = { parent, related: { [NODE_CACHES]: nodeCaches }, finalizing: false };
  const { status } = await send('/hooks/fleets/sync', request, SHORTLY_AFTER);
  return { ...parent, status };
}

const policyView = {
  apiVersion: API_VERSION,
  kind: 'PolicyView',
  metadata: { name: 'default', uid: 'view' },
  spec: { paused: false },
};

function completedGroups(request: RecordedRequest, fleet: object) {
  const fleets = { [FLEETS]: { default: fleet } };
  const views = { [POLICY_VIEWS]: { default: policyView } };
  return request.parent.kind === 'PullPolicy'
    ? { children: { ...request.children, ...views }, related: { ...request.related, ...fleets, 'Pod.v1': {} } }
    : { children: request.children, related: { ...request.related, ...fleets, ...views } };
}

/**
 * Returns the response to a recorded request that is completed with a Fleet, a PolicyView and the Pods of the other
 * policies. These did not exist at the time of the recording.
 */
export async function replayCompleted(
  path: string,
  name: string,
  nowMilliseconds = SHORTLY_AFTER,
): Promise<RecordedResponse> {
  const request = JSON.parse(readFileSync(join(folder, name), 'utf8')) as RecordedRequest;
  const fleet = await fleetOfRecordedNode();
  return send(path, { ...request, ...completedGroups(request, fleet) }, nowMilliseconds);
}
