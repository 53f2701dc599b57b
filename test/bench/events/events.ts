import { join } from 'node:path'
import { bundle } from '../bundle.ts'
import { startChild } from '../child.ts'
import type { Figure } from '../figure.ts'
import type { Workplace } from '../workplace.ts'
import { flood, quantile } from './flood.ts'
import type { Answer, Question } from './service.ts'

const count = 10_000

/** Events a second: all of them within 10 s. */
const rate = 1_000

const secret = 'a-secret-for-the-benchmark'

/** How soon events are acknowledged while many arrive: all about one repository, and each about its own. */
export async function measureEvents(workplace: Workplace): Promise<readonly Figure[]> {
  const script = await bundle(join(import.meta.dirname, 'service.ts'), workplace.folder)
  const figures: Figure[] = []
  for (const repositories of [1, count]) {
    await using service = await startChild<Question, Answer>(script)
    const stateFolder = join(workplace.folder, `events-${repositories}`)
    const { url } = await service.ask({ stateFolder, repositories, secret })
    const image = (index: number): string => `repo/${index % repositories}:latest`
    await flood({ url, secret, count: 500, rate, image: () => 'repo/warm:up' })
    const { times, others } = await flood({ url, secret, count, rate, image })
    if (times.length < count) throw new Error(`not all were accepted: ${JSON.stringify(others)}`)
    const what = `webhook acknowledged, p99 of ${count} in ${count / rate} s`
    const about = repositories === 1 ? 'one repository' : 'a repository each'
    figures.push({ what: `${what}, ${about}`, value: quantile(times, 0.99), unit: 'ms', budget: { most: 50 } })
  }
  return figures
}
