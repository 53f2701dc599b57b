import { planPass, type PassPlan, type PlannedWorkload } from '../../app/passes/plan-pass.ts'
import type { Doors, ExitCode, GlobalOptions, Output } from '../doors.ts'
import { decisionJson, failuresJson, noWorkloads, tellFailures } from '../pass.ts'
import { count, json, short } from '../present.ts'
import { table } from '../table.ts'

interface PlanOptions extends GlobalOptions {
  readonly output: Output
  readonly exitCode?: boolean
}

/** `longshore plan`: what a pass would do now, and why. Changes nothing. */
export async function runPlan(doors: Doors, options: PlanOptions): Promise<ExitCode> {
  const { app, close } = await doors.openApp({ ...options, access: 'reader' })
  try {
    const plan = await planPass(app, doors.stop)
    doors.print(options.output === 'json' ? json(toJson(plan)) : toText(plan, doors.columns))
    tellFailures(doors, plan.failures)
    if (plan.failures.length > 0) return 1
    return options.exitCode === true && plan.workloads.some((each) => each.rollout !== null) ? 1 : 0
  } finally {
    await close()
  }
}

function toText({ workloads, failures }: PassPlan, columns: number | null): string {
  if (workloads.length === 0) return noWorkloads(failures)
  const rows = workloads.map(({ id, image, decision, rollout }) => [
    id,
    image,
    rollout === null ? decision.state : 'roll out',
    short(decision.candidate),
    decision.reason.sentence,
  ])
  const overview = table(['WORKLOAD', 'IMAGE', 'PLAN', 'DIGEST', 'WHY'], rows, columns)
  const due = workloads.filter((each) => each.rollout !== null)
  const summary = due.length === 0 ? 'Nothing would be rolled out.' : `${count(due.length, 'rollout')} would begin.`
  return [overview, '', ...due.flatMap(detail), summary].join('\n')
}

function detail({ id, rollout }: PlannedWorkload): readonly string[] {
  if (rollout === null) return []
  const { order, why, dependants, followers, sharesTagWith, hooks, edit, changes } = rollout
  const set = dependants.length === 0 ? [] : [`  Made again with it, in this order: ${dependants.join(', ')}.`]
  const along = followers.length === 0 ? [] : [`  Follow it after that, and go back with it: ${followers.join(', ')}.`]
  const shared =
    sharesTagWith.length === 0
      ? []
      : [`  The engine's tag will also move under ${sharesTagWith.join(', ')}; they keep running.`]
  const edited = edit === null ? [] : [`  ${edit.path} line ${edit.line}: ${edit.from} becomes ${edit.to}`]
  const run = hooks.length === 0 ? [] : [`  Hooks: ${hooks.join('; ')}.`]
  const settings =
    changes === null
      ? ['  Which defaults of the image change cannot be told: the registry would not say.']
      : changes.map((each) => `  ${each.setting}: ${each.from} becomes ${each.to}`)
  return [`${id}: ${order}, since ${why}.`, ...set, ...along, ...shared, ...edited, ...run, ...settings, '']
}

function toJson({ workloads, failures }: PassPlan) {
  return {
    workloads: workloads.map((each) => ({ ...decisionJson(each), rollout: each.rollout })),
    failures: failuresJson(failures),
  }
}
