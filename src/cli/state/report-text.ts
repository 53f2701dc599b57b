import type { StateBackup, StateReport } from '../../app/passes/state-upkeep.ts'
import { formatAge } from '../../lib/age.ts'
import { when } from '../present.ts'
import { table } from '../table.ts'
import { inBytes } from './in-bytes.ts'

/** How a state stands, for people. */
export function reportText(report: StateReport, now: number): string {
  return [headline(report), ...moved(report), ...rows(report), ...backups(report, now), ...others(report)].join('\n')
}

function headline(report: StateReport): string {
  const { standing, problem, file, sizeBytes, schema, schemaKnown, backups: kept } = report
  const size = sizeBytes === null ? '' : ` (${inBytes(sizeBytes)})`
  switch (standing) {
    case 'sound':
      return `${file}${size} is sound, of schema ${schema}.`
    case 'older':
      return `${file}${size} is sound, of schema ${schema}; the next start brings it up to ${schemaKnown}.`
    case 'absent':
      if (report.backupFolder === null) return `There is no state yet: ${file} has none of its tables.`
      return kept.length === 0
        ? `There is no state yet: ${file} is not there, or empty.`
        : `The state is LOST: ${file} is not there, or empty, but backups of it are.\nThe next \`longshore run\` goes on from the newest good one, with everything held.`
    case 'newer':
      if (report.backupFolder === null) return `${file}${size} is WRONG: ${problem}.\nRun the newer longshore.`
      return `${file}${size} is WRONG: ${problem}.\nRun the newer longshore. To go back to the newest backup that this one can read, run \`longshore run\`, or now: longshore state restore`
    case 'foreign':
      return `${file}${size} is WRONG: ${problem}.\n${kept.some(isGood) ? mended : 'It is left alone.'}`
    case 'damaged': {
      if (report.backupFolder === null)
        return `${file}${size} is DAMAGED: ${problem}.\nGo back to a backup of the database.`
      const next = kept.some(isGood)
        ? mended
        : 'There is no good backup. Move the file aside to start afresh: everything is held then until `longshore resume`.'
      return `${file}${size} is DAMAGED: ${problem}.\n${next}`
    }
  }
}

const isGood = ({ problem }: StateBackup): boolean => problem === null

const mended =
  'The next `longshore run` puts the newest good backup in its place, and `longshore state restore` does so now.'

function moved({ movedTo }: StateReport): readonly string[] {
  return movedTo === null ? [] : [`It was moved to ${movedTo}, and is used here no more.`]
}

function rows({ rows: counts }: StateReport): readonly string[] {
  const some = Object.entries(counts).filter(([, count]) => count > 0)
  if (some.length === 0) return []
  return [
    '',
    table(
      ['ROWS OF', 'COUNT'],
      some.map(([name, count]) => [name, String(count)]),
      null,
    ),
  ]
}

function backups({ backupFolder, backups: kept }: StateReport, now: number): readonly string[] {
  if (backupFolder === null) return ['', 'Backups of it are those of its database: docs/state.md.']
  if (kept.length === 0) return ['', `No backup lies in ${backupFolder}.`]
  const lines = kept.map(({ file, at, sizeBytes, problem }) => [
    file,
    when(at),
    formatAge(Math.max(0, now - Date.parse(at))),
    inBytes(sizeBytes),
    problem === null ? 'good' : `BAD: ${problem}`,
  ])
  return ['', table(['BACKUP', 'TAKEN', 'AGE', 'SIZE', 'IS'], lines, null)]
}

function others({ restores, keptAside }: StateReport): readonly string[] {
  const often = restores === 0 ? [] : ['', `A backup took its place ${restores === 1 ? 'once' : `${restores} times`}.`]
  if (keptAside.length === 0) return often
  return [...often, '', 'Kept aside, yours to remove (environments of workloads may be in them):', ...keptAside]
}
