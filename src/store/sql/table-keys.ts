import type { Tables } from './tables.ts'

/** A table and the columns that no two of its rows have alike. */
export interface TableKey {
  readonly table: keyof Tables
  readonly key: readonly string[]
}

const place = ['registry', 'repository'] as const

const keys: Readonly<Record<keyof Tables, readonly string[]>> = {
  meta: ['key'],
  tagObservations: [...place, 'tag'],
  sightings: ['sequence'],
  tagLists: place,
  listedTags: place,
  images: [...place, 'digest'],
  workloads: ['id'],
  // Before those that refer to it.
  rollouts: ['id'],
  snapshots: ['rollout'],
  journal: ['sequence'],
  quarantine: ['workload', 'digest'],
  overrides: ['workload'],
  pauses: ['workload'],
  waveRollouts: ['groupName', 'workload'],
  gateFailures: ['sequence'],
  massChanges: ['target'],
  approvals: ['workload'],
  history: ['sequence'],
  eventKeys: ['key'],
  eventInbox: [...place, 'tag'],
  deadLetters: ['sequence'],
  eventTrail: ['sequence'],
  sourceTroubles: ['source'],
}

/** Every table of the latest schema, each after those that it refers to. */
export const tableKeys: readonly TableKey[] = Object.entries(keys).map(([table, key]) => ({
  table: table as keyof Tables, // its keys are no others
  key,
}))

/** As the database names it. */
export const inSnakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
