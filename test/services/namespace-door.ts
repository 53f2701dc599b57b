import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { inNamespace, type NetworkNamespace } from './network-namespace.ts'
import { kill } from './processes.ts'

/** The ways in and out of a network namespace, by a socket of the file system: those are of none. */
export interface NamespaceDoor {
  /** Pages that the ports answer with which are published in there, asked at its 127.0.0.1; null for no answer. */
  ask(): Promise<readonly (string | null)[]>
  /** Lets nothing out any more. */
  shut(): Promise<void>
  /** Lets what is in there out again. */
  open(): Promise<void>
  close(): void
}

/**
 * Lets what is in a namespace reach one port of this machine's 127.0.0.1 under the same address.
 * @param folder for the socket
 */
export async function openDoor(namespace: NetworkNamespace, port: number, folder: string): Promise<NamespaceDoor> {
  const socket = join(folder, `out-${namespace.pid}.sock`)
  const outside = createServer((incoming) => {
    const outgoing = connect(port, '127.0.0.1')
    for (const each of [incoming, outgoing]) each.on('error', () => (incoming.destroy(), outgoing.destroy()))
    incoming.pipe(outgoing).pipe(incoming)
  })
  await once(outside.listen(socket), 'listening')
  const inside = [process.execPath, join(import.meta.dirname, 'namespace-inside.ts'), socket, String(port)] as const
  const [program = '', ...args] = [...inNamespace(namespace), ...inside]
  // It ends when we do: the channel to it closes.
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  await once(child, 'message')
  let last: Promise<unknown> = Promise.resolve()
  // One question at a time: answers bear no names.
  const tell = (word: string): Promise<unknown> =>
    (last = last.then(async () => {
      child.send(word)
      return (await once(child, 'message'))[0]
    }))
  return {
    ask: async () => (await tell('ask')) as readonly (string | null)[], // by `namespace-inside.ts` and nobody else
    shut: async () => void (await tell('close')),
    open: async () => void (await tell('open')),
    close() {
      if (child.pid !== undefined) kill(child.pid, 'SIGKILL')
      outside.close()
    },
  }
}
