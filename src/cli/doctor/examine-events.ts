import { createConnection } from 'node:net'
import { doubtful, well, wrong, type Finding } from '../../app/doctor/finding.ts'
import { isLoopback } from '../../lib/loopback.ts'
import type { CheckedConfig } from '../doors.ts'
import { examineListenerTls } from './examine-listener-tls.ts'

/** Whether what senders of events are told to call is there. @param isServed whether a service runs on the state */
export async function examineEvents(
  { listen, events, eventQueues }: Pick<CheckedConfig, 'listen' | 'events' | 'eventQueues'>,
  isServed: boolean,
): Promise<readonly Finding[]> {
  const told = { part: 'events', name: null } as const
  if (listen === null) return [well({ ...told, sentence: withoutListener(eventQueues.map(({ name }) => name)) })]
  const { host, port, tls } = listen
  const where = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const somebody = await answers(host, port)
  const findings: Finding[] = []
  if (isServed && !somebody) {
    findings.push(wrong({ ...told, sentence: `nobody listens at ${where}` }, 'Look at the log of the service.'))
  } else if (!isServed && somebody) {
    const remedy = 'End it, or write another port under `listen`: the service will not start beside it.'
    findings.push(wrong({ ...told, sentence: `another program listens at ${where}` }, remedy))
  } else {
    const sources = events.length === 0 ? 'no source of events' : events.map(({ name }) => `/hooks/${name}`).join(', ')
    findings.push(
      well({ ...told, sentence: `${isServed ? 'the service listens' : 'it will listen'} at ${where}: ${sources}` }),
    )
  }
  if (tls !== null) return [...findings, ...(await examineListenerTls(tls, Date.now()))]
  if (!isLoopback(host)) {
    const remedy =
      'Set `listen.tls`, or put a proxy with TLS before it and let it listen on 127.0.0.1 alone; or keep strangers out of that network.'
    findings.push(doubtful({ ...told, sentence: `${where} is open to other machines, without TLS` }, remedy))
  }
  return findings
}

/** How each queue stands is a finding of its own. */
function withoutListener(queues: readonly string[]): string {
  if (queues.length === 0) return 'none are listened for; polling finds what is new'
  const named = queues.length === 1 ? `the queue of ${queues[0]}` : `the queues of ${queues.join(', ')}`
  return `nothing is listened for: they are read from ${named}`
}

const answerMaxMs = 2_000

/** Whether anybody takes a connection there. What listens everywhere listens here too. */
function answers(host: string, port: number): Promise<boolean> {
  const address = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return new Promise((resolve) => {
    const socket = createConnection({ host: address, port, timeout: answerMaxMs })
    const end = (is: boolean): void => {
      socket.destroy()
      resolve(is)
    }
    socket.once('connect', () => end(true))
    socket.once('timeout', () => end(false))
    socket.once('error', () => end(false))
  })
}
