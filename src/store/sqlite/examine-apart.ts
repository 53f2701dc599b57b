import { Worker } from 'node:worker_threads'
import { examineFile, type Examined } from './examine-file.ts'
import type { Given, Sent } from './examine-thread.ts'

/**
 * `examineFile` of a file that nobody writes, on a thread of its own: SQLite reads all of it at once, and nobody else
 * would be answered meanwhile.
 *
 * @throws as `examineFile`
 */
export async function examineApart(file: string): Promise<Examined> {
  // What fails on the thread, or for want of one, is tried here, where errors are whole.
  return (await askThread(file).catch(() => null)) ?? examineFile(file, 'still')
}

function askThread(file: Given): Promise<Examined | null> {
  return new Promise((resolve, reject) => {
    new Worker(new URL('./examine-thread.ts', import.meta.url), { workerData: file })
      .once('message', (found: Sent) => resolve(found))
      .once('error', reject)
      .once('exit', () => resolve(null))
  })
}
