import { isAbsolute } from 'node:path'
import type { HooksOverride } from '../app/workloads/hook-settings.ts'
import { AppError } from '../errors.ts'
import { whyUnsafe } from '../lib/guarded-path.ts'
import { hookMoments } from '../rollout/hooks.ts'
import type { Config } from './config.ts'

/**
 * Refuses hooks whose program, or a script among their arguments, others may write: who writes it decides what we run.
 *
 * @throws CONFIG_UNSAFE with what is wrong, and which hook names it
 */
export async function checkHookFiles({ defaults, rules }: Pick<Config, 'defaults' | 'rules'>): Promise<void> {
  await check('defaults', defaults.hooks)
  for (const [index, { settings }] of rules.entries()) await check(`workloads[${index}]`, settings.hooks)
}

async function check(where: string, hooks: HooksOverride = {}): Promise<void> {
  for (const moment of hookMoments) {
    for (const [index, { place, command }] of (hooks[moment] ?? []).entries()) {
      if (place === 'inside') continue
      for (const path of command.filter(isAbsolute)) {
        const problem = await whyUnsafe(path)
        if (problem === null) continue
        throw new AppError('CONFIG_UNSAFE', `${problem}; ${where}.hooks.${moment}[${index}] runs it`)
      }
    }
  }
}
