import { isAllStopped } from './compose/ran-before.ts'
import type { EffectKind, Rollout } from './rollout.ts'

type Commanded = Pick<Rollout, 'procedure' | 'name' | 'fromReference' | 'stopped' | 'follows' | 'scale' | 'ranBefore'>

/** What leads to the old version once it has its name, and files and tag say it. */
export function commandBack(rollout: Commanded): string {
  const { procedure, name, fromReference } = rollout
  switch (procedure) {
    case 'compose':
      return `docker compose up ${isAllStopped(rollout) ? '--no-start' : '-d'} ${name.slice(name.indexOf('/') + 1)}`
    case 'service':
      return `docker service update --image ${fromReference} ${name}`
    case 'replace':
    case 'create':
      return `docker start ${name}`
  }
}

/**
 * What a person may run beside us while the way back waits. Null where that is not known without a look, as where the new
 * version may have the name: the command would start that.
 */
export const commandMeanwhile = (rollout: Commanded & Pick<Rollout, 'backWait' | 'failures'>): string | null =>
  serving.some((each) => each === rollout.backWait?.effect) &&
  !preparing.some((each) => rollout.failures.includes(each))
    ? commandBack(rollout)
    : null

const serving: readonly EffectKind[] = ['start-old', 'up-old', 'revert-service']

/** What comes before these, unless it fails. */
const preparing: readonly EffectKind[] = ['rename-new-back', 'remove-new', 'rename-old-back', 'edit-back', 'tag-old']
