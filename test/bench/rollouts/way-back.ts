import type { Figure } from '../figure.ts'
import type { Workplace } from '../workplace.ts'
import type { Stage } from './stage.ts'

/** How long the workload is down when the new version exits at once, under each restart policy. */
export async function measureWayBack(workplace: Workplace, stage: Stage): Promise<readonly Figure[]> {
  await using product = await workplace.startProduct({ engine: stage.host })
  const figures: Figure[] = []
  for (const restart of ['no', 'on-failure', 'unless-stopped', 'always']) {
    const repository = `bench/${restart}`
    const { reference } = await stage.push(repository)
    const settings = ['--restart', restart, '--label', 'longshore.watch=true', '--label', 'longshore.order=stop-first']
    await stage.docker('run', '--detach', '--name', restart, ...settings, reference)
    await stage.push(repository, { behaviour: 'exits' })
    const { rollouts } = await product.ask({ kind: 'pass' })
    if (rollouts[0]?.outcome !== 'rolled-back') throw new Error(`it did not go back: ${JSON.stringify(rollouts)}`)
    const { startedAt, finishedAt } = await stage.times(restart)
    await stage.docker('rm', '--force', restart)
    figures.push({
      what: `new version exits at once, restart policy ${restart}: down`,
      value: startedAt - finishedAt,
      unit: 'ms',
      budget: { most: 3500 },
    })
  }
  return figures
}
