import { pipeline, Readable, Transform } from 'node:stream'

/** A page of a thousand images with a hundred tags each; in bytes. */
export const pageBytesMax = 16 * 1024 * 1024

/** Ten messages of a queue, 1 MiB each at most, and each character escaped. */
export const messagesBytesMax = 24 * 1024 * 1024

/** What the SDK hands to whoever reads an answer. */
type Answering<Input, Output> = (input: Input) => Promise<Output>

/** As much of a client of the SDK as is needed here. */
interface Client<Input, Output extends { readonly response: unknown }> {
  readonly middlewareStack: {
    add(
      middleware: (next: Answering<Input, Output>) => Answering<Input, Output>,
      options: { readonly step: 'deserialize'; readonly priority: 'low'; readonly name: string },
    ): void
  }
}

/** The SDK collects whole answers, however long they are: this ends longer ones. @see @smithy/types, `MiddlewareStack` */
export function limitAnswers<Input, Output extends { readonly response: unknown }>(
  { middlewareStack }: Client<Input, Output>,
  bytesMax: number,
): void {
  const middleware = (next: Answering<Input, Output>) => async (input: Input) => {
    const answer = await next(input)
    const { response } = answer
    if (isResponse(response) && response.body instanceof Readable) response.body = limited(response.body, bytesMax)
    return answer
  }
  middlewareStack.add(middleware, { step: 'deserialize', priority: 'low', name: 'limitAnswers' })
}

const isResponse = (value: unknown): value is { body: unknown } =>
  typeof value === 'object' && value !== null && 'body' in value

function limited(body: Readable, bytesMax: number): Readable {
  let bytes = 0
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes <= bytesMax) return done(null, chunk)
      // The SDK adds to the message; the name stays.
      done(Object.assign(new Error(`more than ${bytesMax} bytes`), { name: 'AnswerTooLarge' }))
    },
  })
  // Who reads it is told of every failure.
  pipeline(body, counting, () => {})
  return counting
}
