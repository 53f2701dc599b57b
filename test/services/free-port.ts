import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * A port of 127.0.0.1 that nobody listens on now. Below those that the kernel gives to whoever asks for any, so that
 * nobody else gets it before it is used, or while its server is restarted.
 *
 * @param among others than the ports that test files write down: 18,997 and 20,000 to 25,000
 */
export async function freePort(among: readonly [least: number, beyond: number] = [10_000, 18_000]): Promise<number> {
  for (;;) {
    const port = randomInt(...among)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true))
    })
    await new Promise((resolve) => server.close(resolve))
    if (isFree) return port
  }
}
