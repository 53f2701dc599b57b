import { fork } from 'node:child_process'
import { once } from 'node:events'

/** A process of its own that answers questions one after the other. */
export interface Child<Question, Answer> extends AsyncDisposable {
  readonly pid: number
  /** @throws Error with the child's own words when it could not answer */
  ask<Kind extends Question>(question: Kind): Promise<Answer>
}

type Reply<Answer> = { readonly answer: Answer } | { readonly error: string }

/** Starts a script that calls `answerQuestions`. Ends with the block that holds it. */
export async function startChild<Question extends object, Answer>(file: string): Promise<Child<Question, Answer>> {
  const child = fork(file, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] })
  const ended = once(child, 'exit')
  return {
    pid: child.pid ?? 0,
    async ask(question) {
      child.send(question)
      const reply = await Promise.race([once(child, 'message'), ended.then(() => [{ error: `${file} ended` }])])
      const [result] = reply as [Reply<Answer>] // what `answerQuestions` sends
      if ('error' in result) throw new Error(result.error)
      return result.answer
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** The other side: answers what the parent asks, for as long as there is a parent. */
export function answerQuestions<Question, Answer>(answer: (question: Question) => Promise<Answer>): void {
  process.on('message', (question) => {
    answer(question as Question).then(
      (given) => process.send?.({ answer: given ?? null }),
      (error: unknown) =>
        process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
  })
  process.on('disconnect', () => process.exit(0))
}
