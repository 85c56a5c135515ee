// A kind: names, printer columns and schemas, from which its CustomResourceDefinition is generated.
import type { z } from 'zod';

export const API_GROUP = 'drop.corewire.io';
export const API_VERSION_NAME = 'v1alpha1';
export const API_VERSION = `${API_GROUP}/${API_VERSION_NAME}`;

/** A column of `kubectl get`. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date';
  readonly jsonPath: string;
  /** Shown only with `-o wide`. */
  readonly wide?: true;
}

export interface Kind<Spec extends z.ZodType = z.ZodType, Status extends z.ZodObject = z.ZodObject> {
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  /** Listed by `kubectl get drop`. Kinds that only Drop writes are not. */
  readonly forUsers: boolean;
  readonly description: string;
  readonly columns: readonly Column[];
  readonly spec: Spec;
  /** Absent for a kind that has no status. */
  readonly status?: Status;
}

/** Shows the reason of the Ready condition. */
export const statusColumn: Column = {
  name: 'Status',
  type: 'string',
  jsonPath: '.status.conditions[?(@.type=="Ready")].reason',
};

export const messageColumn: Column = {
  name: 'Message',
  type: 'string',
  jsonPath: '.status.conditions[?(@.type=="Ready")].message',
  wide: true,
};

export const ageColumn: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
