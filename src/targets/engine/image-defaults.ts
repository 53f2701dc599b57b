import type { HealthCheck, RunConfig } from '../../clients/docker/shapes.ts'

/** The settings that an image can give to a container, and nothing else of it. */
export type ImageSettings = Pick<
  RunConfig,
  | 'Env'
  | 'Cmd'
  | 'Entrypoint'
  | 'User'
  | 'WorkingDir'
  | 'ExposedPorts'
  | 'Volumes'
  | 'Labels'
  | 'Healthcheck'
  | 'StopSignal'
>

/**
 * What is left of a container's settings without those that its image gave: the user's own.
 * The engine keeps no record of the difference, so a value that equals the image's counts as the image's.
 *
 * @returns only what is set
 */
export function withoutImageDefaults(config: RunConfig, image: RunConfig): ImageSettings {
  return present({
    Env: ownEnvironment(config.Env ?? [], image.Env ?? []),
    ...ownCommand(config, image),
    User: config.User === image.User ? undefined : config.User,
    WorkingDir: config.WorkingDir === image.WorkingDir ? undefined : config.WorkingDir,
    ExposedPorts: withoutKeys(config.ExposedPorts, image.ExposedPorts),
    Volumes: withoutKeys(config.Volumes, image.Volumes),
    Labels: withoutEntries(config.Labels, image.Labels),
    Healthcheck: ownHealthCheck(config.Healthcheck, image.Healthcheck),
    StopSignal: config.StopSignal === image.StopSignal ? undefined : config.StopSignal,
  })
}

/**
 * What the engine makes of a user's own settings and an image's at create.
 * @see moby daemon/commit.go, `merge`, and daemon/container.go, `verifyContainerSettings`
 */
export function withImageDefaults(own: RunConfig, image: RunConfig): ImageSettings {
  const keys = new Set((own.Env ?? []).map(keyOf))
  return present({
    Env: [...(own.Env ?? []), ...(image.Env ?? []).filter((entry) => !keys.has(keyOf(entry)))],
    ...mergedCommand(own, image),
    User: own.User || image.User,
    WorkingDir: own.WorkingDir || image.WorkingDir,
    ExposedPorts: { ...image.ExposedPorts, ...own.ExposedPorts },
    Volumes: { ...image.Volumes, ...own.Volumes },
    Labels: { ...image.Labels, ...own.Labels },
    Healthcheck: mergedHealthCheck(own.Healthcheck, image.Healthcheck),
    StopSignal: own.StopSignal || image.StopSignal,
  })
}

/** Whether two lists hold the same; null, absent and empty are one. */
function sameList(one: readonly string[] | null | undefined, other: readonly string[] | null | undefined): boolean {
  const [a, b] = [one ?? [], other ?? []]
  return a.length === b.length && a.every((value, index) => value === b[index])
}

function ownEnvironment(env: readonly string[], imageEnv: readonly string[]): readonly string[] {
  const fromImage = new Set(imageEnv)
  const times = new Map<string, number>()
  for (const entry of env) times.set(keyOf(entry), (times.get(keyOf(entry)) ?? 0) + 1)
  // A key that is written twice is the user's: its last entry decides, so none of them can be left to the image.
  return env.filter((entry) => !fromImage.has(entry) || times.get(keyOf(entry)) !== 1)
}

/** A bare `KEY` takes the image's variable away, so it has a key too. */
function keyOf(entry: string): string {
  return entry.split('=', 1)[0] ?? entry
}

/**
 * An entrypoint of the user's own keeps the image's command away, so the two are looked at together.
 */
function ownCommand(config: RunConfig, image: RunConfig): Pick<RunConfig, 'Cmd' | 'Entrypoint'> {
  const entrypoint = config.Entrypoint ?? []
  const cmd = config.Cmd ?? []
  if (sameList(entrypoint, image.Entrypoint)) {
    if (sameList(cmd, image.Cmd)) return {}
    // No command although the image has one: only naming the image's entrypoint oneself does that.
    return cmd.length > 0 ? { Cmd: cmd } : { Entrypoint: entrypoint }
  }
  if (entrypoint.length > 0) return cmd.length > 0 ? { Entrypoint: entrypoint, Cmd: cmd } : { Entrypoint: entrypoint }
  // `--entrypoint ""` reaches the engine as [''], which keeps the image's command away and is stored as null;
  // an empty list given through the API is stored as such and lets the image's command through.
  if (!Array.isArray(config.Entrypoint)) return { Entrypoint: [''], Cmd: cmd }
  return sameList(cmd, image.Cmd) ? { Entrypoint: [] } : { Entrypoint: [], Cmd: cmd }
}

function mergedCommand(own: RunConfig, image: RunConfig): Pick<RunConfig, 'Cmd' | 'Entrypoint'> {
  const entrypoint = own.Entrypoint ?? []
  if (entrypoint.length > 0) {
    return { Entrypoint: entrypoint.length === 1 && entrypoint[0] === '' ? null : entrypoint, Cmd: own.Cmd ?? null }
  }
  return {
    Entrypoint: own.Entrypoint ?? image.Entrypoint ?? null,
    Cmd: (own.Cmd ?? []).length > 0 ? (own.Cmd ?? null) : (image.Cmd ?? null),
  }
}

/** The engine takes each field of the check from the image on its own when the user left it out. */
function ownHealthCheck(
  check: HealthCheck | null | undefined,
  image: HealthCheck | null | undefined,
): HealthCheck | undefined {
  if (!check) return undefined
  const own = Object.fromEntries(
    Object.entries(check).filter(([field, value]) => {
      if (field === 'Test') return !sameList(check.Test, image?.Test)
      return value !== 0 && value !== healthCheckField(image, field)
    }),
  )
  return Object.keys(own).length > 0 ? own : undefined
}

/** What an engine makes of a health check of an owner's and an image's: each field that is left out is the image's. */
export function mergedHealthCheck(
  own: HealthCheck | null | undefined,
  image: HealthCheck | null | undefined,
): HealthCheck | undefined {
  if (!own || !image) return own ?? image ?? undefined
  const set = Object.entries(own).filter(([, value]) => (Array.isArray(value) ? value.length > 0 : Boolean(value)))
  return { ...image, ...Object.fromEntries(set) }
}

function healthCheckField(check: HealthCheck | null | undefined, field: string): unknown {
  return Object.entries(check ?? {}).find(([key]) => key === field)?.[1]
}

function withoutKeys(
  own: Readonly<Record<string, object>> | null | undefined,
  image: Readonly<Record<string, object>> | null | undefined,
) {
  return Object.fromEntries(Object.entries(own ?? {}).filter(([key]) => !Object.hasOwn(image ?? {}, key)))
}

function withoutEntries(
  own: Readonly<Record<string, string>> | null | undefined,
  image: Readonly<Record<string, string>> | null | undefined,
) {
  return Object.fromEntries(
    Object.entries(own ?? {}).filter(([key, value]) => !Object.hasOwn(image ?? {}, key) || image?.[key] !== value),
  )
}

/** Drops what is absent or says nothing; an empty entrypoint does say something. */
function present(settings: { readonly [Key in keyof ImageSettings]: ImageSettings[Key] | undefined }): ImageSettings {
  return Object.fromEntries(
    Object.entries(settings).filter(([field, value]) => {
      if (value === undefined || value === null || value === '') return false
      return field === 'Entrypoint' || Object.keys(value).length > 0
    }),
  )
}
