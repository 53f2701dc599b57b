import { readFile } from 'node:fs/promises'
import { doubtful, well, wrong, type Finding } from '../../app/doctor/finding.ts'
import { errorTable, toAppError } from '../../errors.ts'
import { whyUnsafe } from '../../lib/guarded-path.ts'
import { readKeyPair, timeProblem, type KeyPairFiles } from '../../lib/key-pair.ts'

const told = { part: 'events', name: null } as const

/** Whether a server can show the certificate of these files, and senders can believe it. */
export async function examineListenerTls(files: KeyPairFiles, nowMs: number): Promise<readonly Finding[]> {
  try {
    const pair = await readKeyPair(files, readSafely)
    const problem = timeProblem(pair, nowMs)
    const isAccepted = pair.beginsAt <= nowMs && nowMs < pair.endsAt
    const sentence = `the certificate in ${files.certificate} ${problem ?? `is for ${pair.names || 'no name'}`}`
    const find = problem === null ? null : isAccepted ? doubtful : wrong
    return [
      find === null
        ? well({ ...told, sentence })
        : find({ ...told, sentence }, 'Renew it: the files are looked at again every 10 seconds.'),
      ...(pair.isKeyOpen
        ? [doubtful({ ...told, sentence: `everybody on this machine may read ${files.key}` }, `chmod o-r ${files.key}`)]
        : []),
    ]
  } catch (thrown) {
    return [wrong({ ...told, sentence: toAppError(thrown).message }, errorTable.TLS_UNUSABLE.hint)]
  }
}

/** As the service reads them. */
async function readSafely(path: string): Promise<string> {
  const problem = await whyUnsafe(path)
  if (problem !== null) throw new Error(problem)
  return readFile(path, 'utf8')
}
