import { join } from 'node:path'
import { defaultLimits } from '../../../src/clients/oci/limits.ts'
import { bundle } from '../bundle.ts'
import { startChild } from '../child.ts'
import type { Budget, Figure } from '../figure.ts'
import { median } from '../figure.ts'
import type { Answer as Pass } from '../product.ts'
import type { Workplace } from '../workplace.ts'
import type { Answer as Loop, Question as LoopQuestion } from './loop.ts'
import type { Answer as Surroundings, Question as SurroundingsQuestion } from './surroundings.ts'

const images = 200
const rounds = 7

/** What it costs to find that none of 200 images changed, beside a bare loop of HEADs in turns with it. */
export async function measureScans(workplace: Workplace, auth: 'none' | 'token'): Promise<readonly Figure[]> {
  await using surroundings = await startChild<SurroundingsQuestion, Surroundings>(
    join(import.meta.dirname, 'surroundings.ts'),
  )
  await using loop = await startChild<LoopQuestion, Loop>(
    await bundle(join(import.meta.dirname, 'loop.ts'), workplace.folder),
  )
  const { registry, engine } = await surroundings.ask({ kind: 'open', images, auth })
  await using product = await workplace.startProduct({ engine })
  const question = { host: registry, images, concurrency: defaultLimits.concurrency }
  const askAround = async (): Promise<Turn> => {
    const pass = checked(await product.ask({ kind: 'pass' }))
    const { requests } = await surroundings.ask({ kind: 'count' })
    const bare = await loop.ask(question)
    await surroundings.ask({ kind: 'count' })
    return { pass, requests, bare }
  }
  const cold = await askAround()
  const warm: Turn[] = []
  while (warm.length < rounds) warm.push(await askAround())
  return figures(auth === 'token' ? 'token sign-in' : 'no sign-in', cold, warm)
}

interface Turn {
  readonly pass: Pass
  readonly requests: Surroundings['requests']
  readonly bare: Loop
}

function checked(pass: Pass): Pass {
  if (pass.decisions['CURRENT'] === images) return pass
  throw new Error(`not every image was found current: ${JSON.stringify(pass.decisions)}`)
}

function figures(how: string, cold: Turn, warm: readonly Turn[]): readonly Figure[] {
  const middle = (read: (turn: Turn) => number): number => median(warm.map(read))
  const perImage = (when: string, kind: 'head' | 'get' | 'token', value: number, most?: number): Figure => ({
    what: `${images} images, ${how}, ${when}: ${kind.toUpperCase()} requests`,
    value: value / images,
    unit: 'per image',
    ...(most !== undefined && { budget: { most } }),
  })
  const time = (when: string, pass: number, bare: number, budget?: Budget): Figure => ({
    what: `${images} images, ${how}, ${when}: wall time`,
    value: pass,
    unit: 'ms',
    floor: { what: 'bare HEADs', value: bare },
    ...(budget && { budget }),
  })
  return [
    perImage('cold', 'head', cold.requests.head),
    perImage('cold', 'get', cold.requests.get, 0),
    perImage('cold', 'token', cold.requests.token),
    perImage(
      'warm',
      'head',
      middle(({ requests }) => requests.head),
      1,
    ),
    perImage(
      'warm',
      'get',
      middle(({ requests }) => requests.get),
      0,
    ),
    perImage(
      'warm',
      'token',
      middle(({ requests }) => requests.token),
      0,
    ),
    time('cold', cold.pass.wallMs, cold.bare.wallMs),
    time(
      'warm',
      middle(({ pass }) => pass.wallMs),
      middle(({ bare }) => bare.wallMs),
      { most: 500, timesFloor: 1.2 },
    ),
    {
      what: `${images} images, ${how}, warm: CPU`,
      value: middle(({ pass }) => pass.cpuMs),
      unit: 'CPU ms',
      floor: { what: 'bare HEADs', value: middle(({ bare }) => bare.cpuMs) },
      budget: { most: 100 },
    },
    {
      what: `${images} images, ${how}: peak memory`,
      value: Math.max(...warm.map(({ pass }) => pass.peakMiB)),
      unit: 'MiB',
      budget: { most: 110 },
    },
  ]
}
