import { basename } from 'node:path'
import type { HooksOverride } from '../app/workloads/hook-settings.ts'
import type { Hook } from '../rollout/hooks.ts'
import type { ParsedHooks } from './hook-schemas.ts'

type ParsedHook = NonNullable<
  ParsedHooks['beforeRollout' | 'afterRollout' | 'beforeRollback' | 'afterRollback']
>[number]
type ParsedCommand = NonNullable<ParsedHook['exec']>

/** What the configuration says of hooks, moment by moment; undefined where it says nothing. */
export function toHooks(parsed: ParsedHooks | undefined): HooksOverride | undefined {
  if (parsed === undefined) return undefined
  const { beforeRollout, afterRollout, beforeRollback, afterRollback } = parsed
  return {
    beforeRollout: beforeRollout?.map(toHook),
    afterRollout: afterRollout?.map(toHook),
    beforeRollback: beforeRollback?.map(toHook),
    afterRollback: afterRollback?.map(toHook),
  }
}

function toHook(parsed: ParsedHook): Hook {
  const { name, exec, run, user, instances, timeout } = parsed
  // The schema lets exactly one of them through.
  const command = exec ?? run ?? ['true']
  return {
    name: name ?? (isShell(command) ? 'shell' : basename(command[0])),
    place: exec === undefined ? 'here' : 'inside',
    command: isShell(command) ? ['/bin/sh', '-c', command.shell] : command,
    user: user ?? null,
    instances,
    timeoutMs: timeout,
    onFailure: 'onFailure' in parsed ? parsed.onFailure : 'continue',
    whenDown: 'whenDown' in parsed ? parsed.whenDown : 'skip',
  }
}

const isShell = (command: ParsedCommand): command is Extract<ParsedCommand, { shell: string }> => 'shell' in command
