import { waitUntil } from '../../services/wait.ts'

/** What the container behind a published port answers, without the line break. */
export function readPage(port: number): Promise<string> {
  return waitUntil(`port ${port} answers`, async () => {
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(2_000) })
    return response.ok && (await response.text()).trim()
  })
}
