import type { ContainerInspect, RunConfig } from '../../clients/docker/shapes.ts'
import type { SettingChange } from '../target.ts'
import { publishedPorts, withoutOperationLabels } from './carry-over-config.ts'
import { type ImageSettings, withImageDefaults, withoutImageDefaults } from './image-defaults.ts'

const unset = '(unset)'

/** Longest value that is shown, in characters. */
const shownMax = 200

/**
 * Every value that the new image's defaults will change on a container when it is replaced, in a fixed order.
 * Environment variables are named, their values never shown.
 */
export function settingChanges(
  old: ContainerInspect,
  oldImage: ImageSettings,
  newImage: ImageSettings,
): readonly SettingChange[] {
  const own = withoutImageDefaults(old.Config, oldImage)
  const ports = { ...own.ExposedPorts, ...publishedPorts(old) }
  const mounted = new Set((old.Mounts ?? []).map(({ Destination }) => Destination))
  const before = described(old.Config, mounted)
  const after = described(withImageDefaults({ ...own, ExposedPorts: ports }, newImage), mounted)
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((setting) =>
    change(setting, before.get(setting), after.get(setting)),
  )
}

function change(setting: string, from: string | undefined, to: string | undefined): readonly SettingChange[] {
  if (from === to) return []
  if (!setting.startsWith('env ')) return [{ setting, from: shown(from), to: shown(to) }]
  const isChanged = from !== undefined && to !== undefined
  return [
    {
      setting,
      from: from === undefined ? unset : '(set)',
      to: isChanged ? '(changed)' : to === undefined ? unset : '(set)',
    },
  ]
}

/** Each setting that an image can give, by the name we show, with its value as text. */
function described(config: ImageSettings & RunConfig, mounted: ReadonlySet<string>): ReadonlyMap<string, string> {
  const { Cmd, Entrypoint, User, WorkingDir, Healthcheck, StopSignal } = config
  const settings = new Map<string, string>()
  for (const entry of config.Env ?? []) settings.set(`env ${entry.split('=', 1)[0]}`, entry)
  if (Entrypoint && Entrypoint.length > 0) settings.set('entrypoint', JSON.stringify(Entrypoint))
  if (Cmd && Cmd.length > 0) settings.set('command', JSON.stringify(Cmd))
  if (User) settings.set('user', User)
  if (WorkingDir) settings.set('working directory', WorkingDir)
  for (const port of Object.keys(config.ExposedPorts ?? {})) settings.set(`port ${port}`, 'exposed')
  // Where something is mounted it stays mounted, whatever the image declares.
  const volumes = Object.keys(config.Volumes ?? {}).filter((path) => !mounted.has(path))
  for (const path of volumes) settings.set(`volume ${path}`, 'new, anonymous')
  for (const [key, value] of Object.entries(withoutOperationLabels(config.Labels ?? {})))
    settings.set(`label ${key}`, value)
  if (Healthcheck) settings.set('health check', healthCheckText(Healthcheck))
  if (StopSignal) settings.set('stop signal', StopSignal)
  return settings
}

/** Zero means the same as absent, and the engine does not write fields in one order. */
function healthCheckText(check: object): string {
  const entries = Object.entries(check).filter(([, value]) => Boolean(value))
  return JSON.stringify(Object.fromEntries(entries.toSorted(([a], [b]) => a.localeCompare(b))))
}

function shown(value: string | undefined): string {
  if (value === undefined) return unset
  return value.length > shownMax ? `${value.slice(0, shownMax)}…` : value
}
