import { expect, test } from 'vitest'
import { planned } from '../../test/fakes/planned.ts'
import { reportPass } from './report-pass.ts'

test.each(['table', 'json'] as const)('a way back that is tried on later is told as trouble, in %s', (output) => {
  const printed: string[] = []
  const at = '2026-11-20T12:00:00.000Z'
  const backWait = { effect: 'start-old', since: at, until: at, tries: 6, sentence: 'port 80 is taken' } as const
  const rollout = { ...planned('web', 0), stage: 'back', backWait } as const
  const doors = {
    print: (text: string) => printed.push(text),
    tell: (text: string) => printed.push(text),
    columns: null,
  }

  const code = reportPass(doors, output, { workloads: [], rollouts: [rollout], failures: [] })

  expect(code).toBe(1)
  expect(printed.join('\n')).toContain(
    'start-old has failed 6 times since 2026-11-20 12:00 UTC (port 80 is taken); the service or the next run tries it on',
  )
})
