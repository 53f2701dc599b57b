import type { Target } from '../target.ts'
import type { EngineDeps } from './engine-deps.ts'
import { readImageSettings } from './image-settings.ts'
import { readLogTail } from './log-tail.ts'
import { prune } from './prune.ts'
import { requireInstance } from './require-instance.ts'
import { runInside } from './run-inside.ts'
import { settingChanges } from './setting-changes.ts'
import { waitUntilAvailable } from './wait-until-available.ts'

type Shared = 'name' | 'readLogTail' | 'previewSettings' | 'waitUntilAvailable' | 'close'

/** What every target on a Docker engine does alike, whoever owns its containers. */
export function engineAbilities(
  deps: EngineDeps,
): Pick<Target, Shared> & Required<Pick<Target, 'ping' | 'prune' | 'runInside'>> {
  const { engine } = deps
  return {
    name: deps.target,
    readLogTail: (instance, signal) => readLogTail(deps, instance, signal),
    async previewSettings(workload, imageConfig, signal) {
      const [container, oldImage] = await Promise.all([
        requireInstance(deps, workload.instance, signal),
        engine.inspectImage(workload.imageId, signal),
      ])
      // Without the old image nobody can tell what was its default, so all counts as the user's.
      return settingChanges(container, oldImage?.Config ?? {}, readImageSettings(imageConfig))
    },
    runInside: (instance, command, signal) => runInside(deps, instance, command, signal),
    ping: (signal) => engine.ping(signal),
    waitUntilAvailable: (signal) => waitUntilAvailable(deps, signal),
    prune: (image, signal) => prune(deps, image, signal),
    close: () => engine.close(),
  }
}
