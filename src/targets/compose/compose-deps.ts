import type { Compose } from '../../clients/compose/compose.ts'
import type { Turns } from '../../lib/in-turn.ts'
import type { DownContainer } from '../../rollout/down-container.ts'
import type { EngineDeps } from '../engine/engine-deps.ts'
import type { ConfiguredService } from './project-of.ts'

/** What everything in this folder works with. */
export interface ComposeDeps extends EngineDeps {
  readonly compose: Compose
  readonly configured: readonly ConfiguredService[]
  /** Folders that files may lie in, links resolved; empty for the folder of each project. */
  readonly roots: readonly string[]
  readonly allowRemote: boolean
  /** A folder of ours, for what a file's own folder does not take. */
  readonly spareFolder: string
  /** Runs work on one project after the other: two commands at once would undo each other. */
  readonly inTurn: Turns
  /** Rollouts whose orphaned commands have been waited for. */
  readonly settled: Set<string>
  /** Ids of the services that use a container which is not of their project, by its name, as they were last looked at. */
  readonly usedBy: Map<string, readonly string[]>
  /** Whether a container is down because a command of ours was cut off, and ran before. */
  readonly wasToRun: WasToRun
  /** By service, what was looked at when files and containers were last seen to agree. */
  readonly agreed: Map<string, string>
}

export type WasToRun = (down: DownContainer) => Promise<boolean>

/** Id of a workload that is a Compose service. */
export const workloadId = (target: string, project: string, service: string): string =>
  `${target}/compose/${project}/${service}`

/** The service that a workload's name, `project/service`, is about. No project has a slash in its name. */
export function nameParts(name: string): { readonly project: string; readonly service: string } {
  const slash = name.indexOf('/')
  return { project: name.slice(0, slash), service: name.slice(slash + 1) }
}
