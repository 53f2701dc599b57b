import { parentPort, workerData } from 'node:worker_threads'
import { examineFile, type Examined } from './examine-file.ts'

/** What this thread is given: a file that nobody writes. */
export type Given = string

/** The one message that it sends. */
export type Sent = Examined

const found: Sent = await examineFile(workerData as Given, 'still')
parentPort?.postMessage(found, [])
