import { doubtful, well, wrong, type Finding } from '../../app/doctor/finding.ts'
import type { StateReport } from '../../app/passes/state-upkeep.ts'
import { formatAge } from '../../lib/age.ts'

const told = { part: 'state', name: null } as const
const dayMs = 86_400_000

/** What backups there are, and what became of them. @param isServed whether a service runs, which takes one a day */
export function examineBackups(report: StateReport, isServed: boolean, now: number): readonly Finding[] {
  const { standing, backups, keptAside, restores } = report
  const findings: Finding[] = [...bad(report)]
  const newest = backups.find(({ problem }) => problem === null)
  if (standing === 'absent' && newest !== undefined) {
    const sentence = `there is no state, but backups of one lie in ${report.backupFolder}`
    const remedy =
      'The next `longshore run` goes on from the newest good one and holds everything; to begin anew, move them elsewhere first.'
    findings.push(doubtful({ ...told, sentence }, remedy))
  }
  if (standing === 'sound') findings.push(newestOf(report, isServed, now))
  if (standing === 'damaged' && report.backupFolder === null) {
    const sentence = `${report.file} is damaged (${report.problem})`
    findings.push(wrong({ ...told, sentence }, 'Go back to a backup of the database: docs/state.md.'))
  }
  if (standing === 'damaged' && newest !== undefined) {
    const sentence = `it is damaged (${report.problem}), and there is a good backup`
    findings.push(
      wrong({ ...told, sentence }, 'The next `longshore run` puts it in its place, or `longshore state restore` now.'),
    )
  }
  if (keptAside.length > 0) {
    const often = restores === 0 ? '' : `; a backup took its place ${restores === 1 ? 'once' : `${restores} times`}`
    const sentence = `${keptAside.length === 1 ? 'a former state is' : `${keptAside.length} former states are`} kept aside: ${keptAside.join(', ')}${often}`
    findings.push(
      doubtful({ ...told, sentence }, 'Remove what you need no more: environments of workloads may be in it.'),
    )
  }
  return findings
}

function newestOf({ file, backups, backupFolder }: StateReport, isServed: boolean, now: number): Finding {
  if (backupFolder === null) {
    return well({ ...told, sentence: `${file} is sound; its backups are those of its database` })
  }
  const newest = backups.find(({ problem }) => problem === null)
  if (newest === undefined) return well({ ...told, sentence: `no backup lies in ${backupFolder} yet` })
  const ageMs = Math.max(0, now - Date.parse(newest.at))
  const sentence = `the newest good backup is ${formatAge(ageMs)} old, of ${backups.length} in ${backupFolder}`
  const isLate = isServed && ageMs > 2 * dayMs
  return isLate
    ? doubtful({ ...told, sentence }, 'The service takes one a day: look at its log.')
    : well({ ...told, sentence })
}

function bad({ backups }: StateReport): readonly Finding[] {
  return backups.flatMap(({ file, problem }) =>
    problem === null ? [] : [doubtful({ ...told, sentence: `the backup ${file} is bad: ${problem}` }, 'Remove it.')],
  )
}
