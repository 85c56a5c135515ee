// Requests that a real Metacontroller sent, as they were recorded, and the same completed with what they could not hold yet.
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
/** Shortly after: when the answers of the tests are given, unless they say otherwise. */
export const SHORTLY_AFTER = PODS_CREATED + 2_000;

type Groups = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface RecordedRequest {
  readonly parent: { readonly kind: string; readonly metadata: { readonly name: string } };
  readonly children?: Groups;
  readonly related?: Groups;
}

/** An answer, as far as tests look into it. */
export interface Answer {
  readonly status?: Readonly<Record<string, unknown>>;
  readonly children?: readonly AnsweredObject[];
  readonly attachments?: readonly AnsweredObject[];
  readonly resyncAfterSeconds?: number;
}

export interface AnsweredObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: unknown;
}

/** Names of the recordings whose file name begins so. */
export function recordings(prefix: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith(prefix));
}

async function send(path: string, payload: Buffer | object, nowMilliseconds: number): Promise<Answer> {
  const { app } = appWithLog({ clock: () => nowMilliseconds, bodyLimitBytes: 1024 * 1024 });
  const response = await app.inject({ method: 'POST', url: path, headers: jsonHeaders, payload });
  expect([response.statusCode, response.statusCode === 200 ? '' : response.body]).toEqual([200, '']);
  return response.json();
}

/** Takes a hook and a recording; gives our answer to the very bytes that were recorded. */
export function replay(path: string, name: string, nowMilliseconds = SHORTLY_AFTER): Promise<Answer> {
  return send(path, readFileSync(join(folder, name)), nowMilliseconds);
}

/** The recorded Node, as our own Node and Fleet decisions put it into a table. */
async function fleetOfTheRecordedNode(): Promise<object> {
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
 * Takes a hook and a recording; gives our answer to it, completed with a Fleet, a PolicyView and the Pods of the other policies, none
 * of which were there when it was recorded.
 */
export async function replayCompleted(path: string, name: string, nowMilliseconds = SHORTLY_AFTER): Promise<Answer> {
  const request = JSON.parse(readFileSync(join(folder, name), 'utf8')) as RecordedRequest;
  const fleet = await fleetOfTheRecordedNode();
  return send(path, { ...request, ...completedGroups(request, fleet) }, nowMilliseconds);
}
