import type { Rollout } from './rollout.ts'

/** What a person may run to bring the old version back, beside us or in our place. */
export function commandBack({
  procedure,
  name,
  fromReference,
}: Pick<Rollout, 'procedure' | 'name' | 'fromReference'>): string {
  switch (procedure) {
    case 'compose':
      return `docker compose up -d ${name.slice(name.indexOf('/') + 1)}`
    case 'service':
      return `docker service update --image ${fromReference} ${name}`
    case 'replace':
    case 'create':
      return `docker start ${name}`
  }
}
