import { existsSync } from 'node:fs'
import { AppError } from '../../errors.ts'
import type { Log } from '../../lib/log.ts'
import type { Reason } from '../../rollout/rollout.ts'
import { migrations } from '../migrations/migrations.ts'
import type { StateBackup } from '../rows/state-file.ts'
import type { BackupFile, BackupSettings } from './backup-files.ts'
import { listBackups, tellBackup } from './backup-files.ts'
import { newestGood } from './examine-backup.ts'
import type { Examined } from './examine-file.ts'
import { examineFile } from './examine-file.ts'
import type { StateFiles } from './files.ts'
import { gatherCopy, lastEntry, removeCopy } from './gathered-copy.ts'
import { logDamage } from './log-damage.ts'
import { asideFile, finishReplacement, replaceFile, type Replacement } from './replace-file.ts'
import { takeBackup } from './take-backup.ts'

interface Mending {
  readonly backups: BackupSettings | null
  readonly log: Pick<Log, 'warn' | 'error'> | null
  /** Whether it is the place that is used for as long as another one cannot be written, where a new state may begin. */
  readonly isFallback: boolean
  now(): number
}

/**
 * Sees to it that a file that can be used lies there, before its owner opens it: puts the newest good backup in the place
 * of one that is damaged, gone or another program's, and of a newer version's where that is wanted; what was there is kept
 * aside. Only for the holder of the lock.
 *
 * @throws STATE_UNREADABLE, STATE_NEWER where there is no good backup, or one that may be good and cannot be read
 */
export async function mend(files: StateFiles, mending: Mending): Promise<void> {
  const isFinished = finishReplacement(files)
  removeCopy(files)
  const { backups, log } = mending
  if (isFinished) log?.error({ code: 'STATE_RESTORED' }, 'putting a backup in the place of the state was finished')
  const found = await examineFile(files.database, 'unopened')
  // Its own backups are of the last time that it was used, and what was done in the other place is in none of them.
  if (found.kind === 'absent' && mending.isFallback) return
  const kept = backups === null ? [] : listBackups(backups.folder)
  const other = otherOwner(found, backups, kept)
  const problem = other === null ? damage(found, kept) : other.problem
  if (problem === null) return refuse(files, found)
  const as = other === null ? 'damaged' : 'replaced'
  const at = mending.now()
  const aside = found.kind === 'absent' ? '' : ` and is kept as ${asideFile(files, as, at)}`
  const { newest, passedOver } = await newestGood(kept)
  for (const each of passedOver) {
    log?.warn({ code: 'STATE_BACKUP_UNUSABLE' }, `${each.file} is passed over: ${each.problem ?? ''}`)
  }
  const gathered = found.kind === 'damaged' && found.isInLog === true ? await gatherCopy(files, files.database) : null
  const before = gathered?.found.kind === 'sound' ? gathered.file : null
  try {
    // A backup that was taken after the damage begins has what the log has no more.
    if (before !== null && (newest === null || lastEntry(before) >= lastEntry(newest.file))) {
      const reason = restored(
        `the state was damaged (${problem})${aside}; in its place is what had been written before that`,
      )
      return await replace(files, mending, { backup: before, as, at, actor: null, reason })
    }
  } finally {
    removeCopy(files)
  }
  if (newest !== null) {
    const gone = found.kind === 'absent' ? 'the state was lost' : 'the state was damaged'
    const reason = restored(`${other?.was ?? gone} (${problem})${aside}; in its place is ${tellBackup(newest, at)}`)
    return replace(files, mending, { backup: newest.file, as, at, actor: null, reason })
  }
  if (other !== null) return refuse(files, found)
  const unread = passedOver.find(({ isRead }) => !isRead)
  if (unread !== undefined) throw doubtful(files, found.kind === 'damaged' ? 'damaged' : 'lost', problem, unread)
  if (found.kind === 'damaged') throw damaged(files, problem, kept.length)
  const sentence = `the state in ${files.folder} was lost (${problem}), none of ${kept.length} backups is good, and a new one begins`
  return replace(files, mending, { backup: null, as, at, actor: null, reason: lost(sentence) })
}

/** What is sound, and not this version's, and yet a backup is to take its place; null where it is not so. */
function otherOwner(found: Examined, backups: BackupSettings | null, kept: readonly BackupFile[]) {
  if (found.kind === 'newer' && backups?.onNewer === 'restore') {
    return { problem: found.problem, was: "the state was a newer version's" }
  }
  // Without backups nothing says that a state of ours ever lay there.
  if (found.kind !== 'foreign' || kept.length === 0) return null
  return { problem: found.problem, was: 'something else lay in the place of the state' }
}

async function replace(files: StateFiles, { log }: Mending, replacement: Replacement): Promise<void> {
  const { reason, as, at, backup } = replacement
  const kept = existsSync(files.database) ? asideFile(files, as, at) : null
  await replaceFile(files, replacement)
  log?.error({ code: reason.code, kept, backup }, `everything is held: ${reason.sentence}`)
}

/**
 * Refuses a file that nothing can be done with, for those who do not own it.
 * @returns its schema; null where there is nothing yet
 * @throws STATE_UNREADABLE, STATE_NEWER
 */
export async function refuseUnsound(files: StateFiles, backups: BackupSettings | null): Promise<number | null> {
  const found = await examineFile(files.database, 'live')
  const problem = damage(found, backups === null ? [] : listBackups(backups.folder))
  if (problem !== null && found.kind === 'absent') {
    const sentence = `the state in ${files.folder} was lost (${problem}); the next \`longshore run\` goes on from the newest good one`
    throw new AppError('STATE_UNREADABLE', sentence)
  }
  if (problem !== null) throw damaged(files, problem, 0)
  refuse(files, found)
  return found.kind === 'sound' ? found.schema : null
}

/** @throws STATE_UNREADABLE where what the next owner is to see would be gone after a write */
export function refuseDamagedLog(files: StateFiles): void {
  const problem = logDamage(files.database)
  if (problem !== null) throw damaged(files, problem, 0)
}

/** A migration changes every file that is there: what was there before it can be gone back to. */
export async function backUpBeforeMigration(files: StateFiles, mending: Mending): Promise<void> {
  const { backups, log } = mending
  const found = await examineFile(files.database, 'live')
  if (backups === null || backups.keep === 0) return
  if (found.kind !== 'sound' || found.schema === migrations.length) return
  try {
    await takeBackup(files, backups, mending.now(), found.schema)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    log?.error({ code: error.code }, `no backup was taken before the state was migrated: ${error.message}`)
  }
}

/** The reason of a hold where there was nothing to go on from. @param what happened, without its full stop */
const lost = (what: string): Reason => ({
  code: 'STATE_LOST',
  sentence: `${what}: pins, pauses and quarantine are missing; look, then run: longshore resume`,
})

/** The reason of a hold after a backup took the place of the state. @param what happened, without its full stop */
export const restored = (what: string): Reason => ({
  code: 'STATE_RESTORED',
  sentence: `${what}: pins, pauses, quarantine and rollouts since then may be missing; look, then run: longshore resume`,
})

/**
 * What is wrong with it, without its full stop. An empty file is what a crash leaves before anything was written, and
 * none is what the first start finds; where backups lie, something was there.
 */
function damage(found: Examined, kept: readonly BackupFile[]): string | null {
  if (found.kind === 'damaged') return found.problem
  if (kept.length === 0) return null
  if (found.kind === 'absent')
    return `there is none, but ${kept.length} ${kept.length === 1 ? 'backup' : 'backups'} of one`
  return found.kind === 'empty' ? 'it is empty' : null
}

function refuse({ folder }: StateFiles, found: Examined): void {
  if (found.kind === 'foreign') throw new AppError('STATE_UNREADABLE', found.problem)
  if (found.kind === 'newer') throw new AppError('STATE_NEWER', `${found.problem} (${folder})`)
}

/** To begin anew is for people to say, as long as there may be something to go on from. */
function doubtful(
  { folder }: StateFiles,
  what: 'lost' | 'damaged',
  problem: string,
  { file, problem: why }: StateBackup,
): AppError {
  const sentence = `the state in ${folder} was ${what} (${problem}), and ${file} may be good: ${why ?? ''}`
  return new AppError('STATE_UNREADABLE', sentence)
}

function damaged({ folder }: StateFiles, problem: string, backups: number): AppError {
  const none = backups === 0 ? '' : `, and none of ${backups} backups is good`
  return new AppError('STATE_UNREADABLE', `the state in ${folder} is damaged: ${problem}${none}`)
}
