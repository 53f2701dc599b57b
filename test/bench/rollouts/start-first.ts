import type { Figure } from '../figure.ts'
import type { Workplace } from '../workplace.ts'
import type { Stage } from './stage.ts'

const rounds = 3

/** Asks `web` by its name, at all addresses that the name has, as clients do. (The `-T` of Debian's busybox crashes.) */
const probe = [
  'ask() { nslookup web 127.0.0.11 | while read key ip; do case "$key$ip" in',
  '*:53) ;; Address:*) wget -q -O /dev/null "http://$ip:8080/" && echo yes && break ;; esac; done; }',
  'while :; do answer=$(ask); echo "${answer:-no}"; done',
].join('\n')

/** A start-first replacement under the eyes of a neighbour on the same network. */
export async function measureStartFirst(workplace: Workplace, stage: Stage): Promise<readonly Figure[]> {
  const settings = { engine: stage.host, defaults: { gate: { stable: '200ms' }, keepOld: '0s' } }
  await using product = await workplace.startProduct(settings)
  const repository = 'bench/web'
  const { reference } = await stage.push(repository)
  const network = ['--network', 'bench']
  await stage.docker('network', 'create', 'bench')
  await stage.docker('run', '--detach', '--name', 'web', ...network, '--label', 'longshore.watch=true', reference)
  await stage.docker('run', '--detach', '--name', 'probe', ...network, reference, 'sh', '-c', probe)
  await stage.untilPrinted('probe', 'yes')
  for (let round = 0; round < rounds; round += 1) {
    await stage.push(repository)
    const { rollouts } = await product.ask({ kind: 'pass' })
    if (rollouts[0]?.outcome !== 'succeeded')
      throw new Error(`the rollout did not succeed: ${JSON.stringify(rollouts)}`)
  }
  await stage.docker('stop', '--time', '0', 'probe')
  const gapMs = longestSilenceMs(await stage.docker('logs', '--timestamps', 'probe'))
  await stage.docker('rm', '--force', 'web', 'probe')
  return [
    {
      what: `gap, start-first, seen by a neighbour (worst of ${rounds})`,
      value: gapMs,
      unit: 'ms',
      budget: { most: 0 },
    },
  ]
}

/** From the last answer before a question without one to the next, by the engine's clock. */
function longestSilenceMs(log: string): number {
  const lines = log.split('\n').map((line) => line.split(' '))
  let longestMs = 0
  let answeredAt: number | null = null
  let hasMissed = false
  for (const [time = '', answer] of lines) {
    const at = Date.parse(time)
    if (answer === 'yes') {
      if (hasMissed && answeredAt !== null) longestMs = Math.max(longestMs, at - answeredAt)
      answeredAt = at
    }
    hasMissed = answer !== 'yes'
  }
  return longestMs
}
