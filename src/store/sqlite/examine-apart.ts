import { statSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { examineFile, type Examined } from './examine-file.ts'
import type { Given, Sent } from './examine-thread.ts'

/** What is smaller is read within a moment. A thread takes 12 MB, which this process would not give back. */
const largeMinBytes = 8 * 1024 * 1024

/**
 * `examineFile` of a file that nobody writes, on a thread of its own where it is large: SQLite reads all of it at once,
 * and nobody else would be answered meanwhile.
 *
 * @throws as `examineFile`
 */
export async function examineApart(file: string, largeBytes = largeMinBytes): Promise<Examined> {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  // What fails on the thread, or for want of one, is tried here, where errors are whole.
  const found = size < largeBytes ? null : await askThread(file).catch(() => null)
  return found ?? examineFile(file, 'still')
}

function askThread(file: Given): Promise<Examined | null> {
  return new Promise((resolve, reject) => {
    new Worker(new URL('./examine-thread.ts', import.meta.url), { workerData: file })
      .once('message', (found: Sent) => resolve(found))
      .once('error', reject)
      .once('exit', () => resolve(null))
  })
}
