import type { App } from '../app.ts'
import { doubtful, type Finding } from './finding.ts'

/** Images under the true host of such a registry are asked for as a stranger would, so what is guessed has to be told. */
export function examineGuesses({ guessedHosts }: Pick<App, 'guessedHosts'>): readonly Finding[] {
  return (guessedHosts?.() ?? []).map(({ host, instance, reason }) => {
    const sentence = `that this is the host of the registry of ${instance} is a guess: ${reason}`
    const remedy = 'Write `host:` in its entry under registries, as images name it.'
    return doubtful({ part: 'registry', name: host, sentence }, remedy)
  })
}
