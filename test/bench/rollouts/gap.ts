import type { Figure } from '../figure.ts'
import type { Workplace } from '../workplace.ts'
import { failedOf, requestsPerSecond, startCrowd, type Crowd, type Tally } from './crowd.ts'
import type { Stage } from './stage.ts'

const rounds = Number(process.env['LONGSHORE_BENCH_ROUNDS'] ?? 20)
const network = 'gap'
const port = 8080

type Way = 'start-first' | 'stop-first' | 'by hand'

/** Requests that fail while a workload on a network of its own is replaced, for each way of doing so. */
export async function measureGap(workplace: Workplace, stage: Stage): Promise<readonly Figure[]> {
  await stage.docker('network', 'create', network)
  const { reference } = await stage.push('bench/neighbour')
  await stage.docker('run', '--detach', '--name', 'neighbour', '--network', network, '--env', 'PORT=', reference)
  const pid = await stage.docker('inspect', '--format', '{{.State.Pid}}', 'neighbour')
  const figures: Figure[] = []
  for (const way of ['start-first', 'stop-first', 'by hand'] as const) {
    const name = way.replace(' ', '-')
    const replace = await prepare(workplace, stage, way, name)
    await using crowd = startCrowd(pid, name, port)
    await crowd.count()
    figures.push(figureOf(way, await under(crowd, replace.once)))
    await replace.end()
    await stage.docker('rm', '--force', name)
  }
  await stage.docker('rm', '--force', 'neighbour')
  return figures
}

async function under(crowd: Crowd, once: () => Promise<void>): Promise<Tally> {
  for (let round = 0; round < rounds; round += 1) await once()
  return crowd.count()
}

interface Replacing {
  once(): Promise<void>
  end(): Promise<void>
}

async function prepare(workplace: Workplace, stage: Stage, way: Way, name: string): Promise<Replacing> {
  const repository = `bench/${name}`
  const { reference } = await stage.push(repository)
  const settings = ['--detach', '--name', name, '--network', network]
  const labels = ['--label', 'longshore.watch=true', '--label', `longshore.order=${way}`]
  await stage.docker('run', ...settings, ...(way === 'by hand' ? [] : labels), reference)
  if (way === 'by hand') {
    return {
      async once() {
        await stage.push(repository)
        await stage.docker('pull', '--quiet', reference)
        await stage.docker('stop', name)
        await stage.docker('rm', name)
        await stage.docker('run', ...settings, reference)
      },
      end: async () => {},
    }
  }
  const gate = { stable: '200ms' }
  const product = await workplace.startProduct({ engine: stage.host, defaults: { gate, keepOld: '0s' } })
  return {
    async once() {
      await stage.push(repository)
      const { rollouts } = await product.ask({ kind: 'pass' })
      if (rollouts[0]?.outcome !== 'succeeded') throw new Error(`it did not succeed: ${JSON.stringify(rollouts)}`)
    },
    end: async () => product[Symbol.asyncDispose](),
  }
}

function figureOf(way: Way, tally: Tally): Figure {
  const { asked, unresolvable, refused, cut, late, slowestMs } = tally
  const kinds = `${unresolvable} unresolvable, ${refused} refused, ${cut} cut off, ${late} late`
  return {
    what: `failed requests, ${way} (${rounds} rollouts, ${asked} at ${requestsPerSecond}/s: ${kinds}; slowest ${slowestMs.toFixed(0)} ms)`,
    value: failedOf(tally),
    unit: 'requests',
    ...(way === 'start-first' && { budget: { most: 0 } }),
  }
}
