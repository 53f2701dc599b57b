import { isAllStopped } from './compose/ran-before.ts'
import type { Rollout } from './rollout.ts'

type Commanded = Pick<Rollout, 'procedure' | 'name' | 'fromReference' | 'stopped' | 'follows' | 'scale' | 'ranBefore'>

/** What a person may run to bring the old version back, beside us or in our place. */
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
