import type { ContainerInspect, HostConfig } from '../../clients/docker/shapes.ts'
import type { Tie } from '../../rollout/dependant.ts'

/** What a container has of another. */
export interface Dependency {
  /** The other, as the engine has it written: an id, or for volumes what the user wrote. */
  readonly on: string
  readonly by: Tie
}

const modes = [
  { mode: 'NetworkMode', by: 'network' },
  { mode: 'PidMode', by: 'processes' },
  { mode: 'IpcMode', by: 'memory' },
] as const

/**
 * The containers that a container cannot run without. Links are those of the default bridge; on other networks they are
 * names that are resolved at each question, so nothing breaks there.
 */
export function dependencies({ HostConfig }: Pick<ContainerInspect, 'HostConfig'>): readonly Dependency[] {
  return [
    ...modes.flatMap(({ mode, by }) => {
      const value = HostConfig[mode]
      return value?.startsWith('container:') ? [{ on: value.slice('container:'.length), by }] : []
    }),
    ...(HostConfig.VolumesFrom ?? []).map((from) => ({ on: headOf(from), by: 'volumes' as const })),
    ...(HostConfig.Links ?? []).map((link) => ({ on: headOf(link).replace(/^\//, ''), by: 'link' as const })),
  ]
}

/** Ties that end with the run of the other: whoever lives in its namespaces has to be started after it. */
export const endsWithRun = (by: Tie): boolean => by === 'network' || by === 'processes' || by === 'memory'

/**
 * The same settings, with each container that they refer to as `rename` gives it. The engine turns names into ids where
 * it can, so only volumes keep what is written.
 */
export function rewired(config: HostConfig, rename: (dependency: Dependency) => string): HostConfig {
  const changes: { -readonly [Key in 'NetworkMode' | 'PidMode' | 'IpcMode']?: string } = {}
  for (const { mode, by } of modes) {
    const value = config[mode]
    if (value?.startsWith('container:')) {
      changes[mode] = `container:${rename({ on: value.slice('container:'.length), by })}`
    }
  }
  const { VolumesFrom, Links } = config
  return {
    ...config,
    ...changes,
    ...(VolumesFrom && {
      VolumesFrom: VolumesFrom.map((from) => {
        const on = headOf(from)
        return `${rename({ on, by: 'volumes' })}${from.slice(on.length)}`
      }),
    }),
    ...(Links && {
      Links: Links.map((link) => {
        // Of a container that is there the engine writes `/other:/own/alias`.
        const alias = link.slice(link.indexOf(':') + 1)
        const on = headOf(link).replace(/^\//, '')
        return `${rename({ on, by: 'link' })}:${alias.slice(alias.lastIndexOf('/') + 1)}`
      }),
    }),
  }
}

const headOf = (text: string): string => text.split(':', 1)[0] ?? ''

/** A container's name without the engine's slash. */
export const nameOf = ({ Name }: Pick<ContainerInspect, 'Name'>): string => Name.replace(/^\//, '')

/** Whether a reference means a container: its name, its id, or the beginning of that. */
export const refersTo = (on: string, { Id, Name }: Pick<ContainerInspect, 'Id' | 'Name'>): boolean =>
  on === Id || on === Name.replace(/^\//, '') || (/^[0-9a-f]{6,63}$/.test(on) && Id.startsWith(on))

/** Whether a reference is the engine's id of a container, whole. */
export const isEngineId = (on: string): boolean => /^[0-9a-f]{64}$/.test(on)

/** What of a container another uses. */
export const tieWords: Readonly<Record<Tie, string>> = {
  network: 'network',
  processes: 'processes',
  memory: 'shared memory',
  volumes: 'volumes',
  link: 'link',
}
