import { accessSync, constants, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { doubtful, well, wrong, type Finding } from '../../app/doctor/finding.ts'

/** What a few rollouts may write before somebody looks. */
const roomMinBytes = 64 * 1024 * 1024

/** Whether the state can be written, has room, and is out of others' reach. What is in it has been read before. */
export function examineState(folder: string): Finding {
  const told = { part: 'state', name: null } as const
  const found = statSync(folder, { throwIfNoEntry: false })
  const existing = found === undefined ? firstExisting(folder) : folder
  try {
    accessSync(existing, constants.W_OK | constants.X_OK)
  } catch {
    return wrong(
      { ...told, sentence: `${existing} cannot be written by this user` },
      'Run as its owner, or name another folder with --state.',
    )
  }
  const mode = (found?.mode ?? 0o700) & 0o777
  if ((mode & 0o077) !== 0) {
    const sentence = `others may enter ${folder} (mode ${mode.toString(8)}), which holds the environments of workloads`
    return wrong(
      { ...told, sentence },
      `Take their rights away (\`chmod 700 ${folder}\`), or name another folder with --state.`,
    )
  }
  const { bavail, bsize } = statfsSync(existing)
  const room = bavail * bsize
  const sentence = `${folder} ${found === undefined ? 'will be made' : 'can be written'}, with ${inWords(room)} free`
  if (room < roomMinBytes) return doubtful({ ...told, sentence }, 'Make room: without it no rollout begins.')
  return well({ ...told, sentence })
}

function firstExisting(path: string): string {
  const parent = dirname(path)
  return parent === path || statSync(parent, { throwIfNoEntry: false }) !== undefined ? parent : firstExisting(parent)
}

const inWords = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`
