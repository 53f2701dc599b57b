import { createHmac, randomBytes } from 'node:crypto'
import type { Secret } from '../../lib/secret.ts'
import type { ConfiguredSource } from '../workloads/configured-source.ts'

type Decoy = Pick<ConfiguredSource, 'source' | 'secrets'>

/**
 * What is verified where there is no source of a name, so that the time until it is refused does not tell that. Each
 * name is always taken for one of the configured sources, with as many secrets of the same lengths, which nobody knows:
 * kinds differ in the time that they take, and as many names that there are not take that of each kind.
 */
export function createDecoys(sources: readonly ConfiguredSource[]): (name: string) => Decoy {
  const decoys = sources.map(({ source, secrets: [first, ...more] }): Decoy => ({
    source,
    secrets: [unknowable(first), ...more.map(unknowable)],
  }))
  // The same after a restart: a name that is imitated otherwise each time would be none that is configured.
  const key = JSON.stringify(sources.map(({ name, secrets }) => [name, ...secrets.map((each) => each.reveal())]))
  return (name) => {
    const choice = createHmac('sha256', key).update(name).digest().readUInt32BE()
    return decoys[choice % decoys.length] ?? nobody
  }
}

/** Without sources there is none to imitate. */
const nobody: Decoy = {
  source: { verify: () => false, parse: () => null },
  secrets: [unknowable({ reveal: () => '' })],
}

/** As long as a secret: the time to compare may depend on that. */
function unknowable(secret: Pick<Secret, 'reveal'>): Secret {
  const value = randomBytes(secret.reveal().length).toString('hex').slice(0, secret.reveal().length)
  return { reveal: () => value, toJSON: () => '***', toString: () => '***' }
}
