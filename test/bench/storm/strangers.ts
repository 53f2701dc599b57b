import { connect, type Socket } from 'node:net'
import { answerQuestions } from '../child.ts'

export type Question =
  /** Begins to bother the listener at a port of this machine. */
  | { readonly kind: 'begin'; readonly port: number; readonly path: string }
  /** Stops, and tells what came of it. */
  | { readonly kind: 'end' }

/** How often each of them began, and what they were answered by status; `ended` without an answer. */
export interface Answer {
  readonly begun: Readonly<Record<string, number>>
  readonly answers: Readonly<Record<string, Readonly<Record<string, number>>>>
}

/** How one kind of stranger behaves on a connection of theirs. */
interface Stranger {
  /** Connections of this kind that are open at a time. */
  readonly count: number
  /** From which address of this machine. */
  readonly from: string
  readonly behave: (socket: Socket, path: string) => void
}

const begin = (path: string, more: string): string => `POST ${path} HTTP/1.1\r\nhost: localhost\r\n${more}\r\n`
const wrong = 'authorization: Bearer wrong-wrong-wrong-wrong\r\n'

/** One letter each tenth of a second, until the other side has had enough. */
function trickle(socket: Socket, letter: string): void {
  const timer = setInterval(() => socket.write(letter), 100)
  socket.once('close', () => clearInterval(timer))
}

/** Asks again as soon as it is answered. */
function ask(socket: Socket, request: string): void {
  socket.write(request)
  socket.on('data', () => socket.write(request))
}

const strangers: Readonly<Record<string, Stranger>> = {
  silent: { count: 150, from: '127.0.0.2', behave: () => {} },
  'slow headers': {
    count: 100,
    from: '127.0.0.3',
    behave: (socket, path) => {
      socket.write(`POST ${path} HTTP/1.1\r\nx: `)
      trickle(socket, 'x')
    },
  },
  'slow bodies': {
    count: 100,
    from: '127.0.0.4',
    behave: (socket, path) => {
      socket.write(begin(path, 'content-length: 3000000\r\n'))
      trickle(socket, 'x')
    },
  },
  'never reading': {
    count: 20,
    from: '127.0.0.5',
    behave: (socket, path) => {
      socket.pause()
      socket.write(begin(path, `${wrong}content-length: 0\r\n`).repeat(1000))
    },
  },
  'wrong secret': {
    count: 20,
    from: '127.0.0.6',
    behave: (socket, path) => ask(socket, begin(path, `${wrong}content-length: 2\r\n`) + '{}'),
  },
  'wrong secret from the address of the right one': {
    count: 5,
    from: '127.0.0.1',
    behave: (socket, path) => ask(socket, begin(path, `${wrong}content-length: 2\r\n`) + '{}'),
  },
  'too large': {
    count: 5,
    from: '127.0.0.7',
    behave: (socket, path) => socket.write(begin(path, `${wrong}content-length: 1000000000\r\n`) + 'x'.repeat(100_000)),
  },
  compressed: {
    count: 5,
    from: '127.0.0.8',
    behave: (socket, path) =>
      socket.write(
        begin(path, `${wrong}content-encoding: gzip\r\ncontent-length: 100000\r\n`) + '\u001f\u008b'.repeat(1000),
      ),
  },
}

/** How soon one that was ended comes back. */
const againMs = 50

const begun: Record<string, number> = {}
const answers: Record<string, Record<string, number>> = {}
const open = new Set<Socket>()
let isOver = false

function come(name: string, stranger: Stranger, port: number, path: string): void {
  if (isOver) return
  begun[name] = (begun[name] ?? 0) + 1
  const counts = (answers[name] ??= {})
  let isAnswered = false
  const socket = connect({ port, host: '127.0.0.1', localAddress: stranger.from })
  open.add(socket)
  socket
    .on('error', () => {})
    .on('data', (data) => {
      isAnswered = true
      for (const [, status = ''] of data.toString().matchAll(/^HTTP\/1\.1 (\d+)/gm))
        counts[status] = (counts[status] ?? 0) + 1
    })
    .once('connect', () => stranger.behave(socket, path))
    .once('close', () => {
      open.delete(socket)
      if (!isAnswered) counts['ended'] = (counts['ended'] ?? 0) + 1
      setTimeout(() => come(name, stranger, port, path), againMs)
    })
}

answerQuestions<Question, Answer>(async (question) => {
  if (question.kind === 'begin') {
    for (const [name, stranger] of Object.entries(strangers)) {
      for (let index = 0; index < stranger.count; index += 1) come(name, stranger, question.port, question.path)
    }
  } else {
    isOver = true
    for (const socket of open) socket.destroy()
  }
  return { begun, answers }
})
