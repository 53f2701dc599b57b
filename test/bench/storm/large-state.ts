import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { defineRowSum } from '../../../src/store/sqlite/row-sum.ts'
import { openState } from './state.ts'

/** Entries of the history: with them a state is as large as one of a thousand busy workloads. */
const entries = 250_000

/** Makes a state with a long history. @returns its size in MiB */
export async function makeLargeState(folder: string): Promise<number> {
  await (await openState({ folder })).close()
  const file = join(folder, 'longshore.db')
  const database = new DatabaseSync(file)
  defineRowSum(database)
  try {
    const reason = JSON.stringify({ code: 'GATE_PASSED', sentence: 'what a rollout has to tell of itself. '.repeat(5) })
    database
      .prepare(
        `insert into history (at, workload, rollout, kind, reason)
         with recursive entry (number) as (select 1 union all select number + 1 from entry where number < ?)
         select '2026-11-20T12:00:00.000Z', 'local/container/app-' || number % 1000, 'rollout-' || number, 'rollout-ended', ?
         from entry`,
      )
      .run(entries, reason)
  } finally {
    database.close()
  }
  return statSync(file).size / 1024 / 1024
}
