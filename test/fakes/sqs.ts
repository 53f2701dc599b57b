import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHash } from 'node:crypto'
import { onTestFinished } from 'vitest'

interface Message {
  readonly id: string
  readonly body: string
  receives: number
  /** Until when nobody else sees it, in milliseconds since the epoch. */
  hiddenUntil: number
}

/** One call as the endpoint saw it. */
export interface SqsCall {
  readonly action: string
  readonly region: string
  readonly input: Readonly<Record<string, unknown>>
}

/**
 * Amazon SQS as its SDK speaks to it, over its JSON protocol, with one queue that gives each message until it is deleted.
 * Long polls end as soon as there is something.
 *
 * @see Amazon SQS API Reference, "Making query API requests using AWS JSON protocol"
 */
export async function startSqs({ hasRedrive = true }: { readonly hasRedrive?: boolean } = {}) {
  const messages: Message[] = []
  const calls: SqsCall[] = []
  const failures: string[] = []
  let bell = Promise.withResolvers<void>()
  let polls = new AbortController()
  const visible = () => messages.filter(({ hiddenUntil }) => hiddenUntil <= Date.now())

  const receive = async (input: Readonly<Record<string, unknown>>, gone: AbortSignal): Promise<object> => {
    const until = Date.now() + Number(input['WaitTimeSeconds'] ?? 0) * 1000
    const ending = AbortSignal.any([gone, polls.signal])
    while (visible().length === 0 && Date.now() < until && !ending.aborted) {
      const isOver = new Promise((resolve) => setTimeout(resolve, until - Date.now()).unref())
      await Promise.race([bell.promise, once(ending, 'abort'), isOver])
    }
    const given = gone.aborted ? [] : visible().slice(0, Number(input['MaxNumberOfMessages'] ?? 1))
    for (const each of given) {
      each.receives += 1
      each.hiddenUntil = Date.now() + Number(input['VisibilityTimeout'] ?? 30) * 1000
    }
    return {
      Messages: given.map(({ id, body, receives }) => ({
        MessageId: id,
        ReceiptHandle: `handle-${id}`,
        Body: body,
        MD5OfBody: createHash('md5').update(body).digest('hex'),
        Attributes: { ApproximateReceiveCount: String(receives) },
      })),
    }
  }

  const remove = (input: Readonly<Record<string, unknown>>): object => {
    const entries = input['Entries'] as readonly { Id: string; ReceiptHandle: string }[] // as the SDK writes them
    for (const { ReceiptHandle } of entries) {
      const at = messages.findIndex(({ id }) => `handle-${id}` === ReceiptHandle)
      if (at >= 0) messages.splice(at, 1)
    }
    return { Successful: entries.map(({ Id }) => ({ Id })), Failed: [] }
  }

  const attributes = (): object => ({
    Attributes: {
      ApproximateNumberOfMessages: String(visible().length),
      ...(hasRedrive && { RedrivePolicy: '{"maxReceiveCount":100}' }),
    },
  })

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer) // a request without an encoding gives these
    const input = JSON.parse(Buffer.concat(chunks).toString())
    const action = String(request.headers['x-amz-target']).replace('AmazonSQS.', '')
    const [, region = ''] =
      /Credential=[^/]+\/\d{8}\/([^/]+)\/sqs\//.exec(String(request.headers['authorization'])) ?? []
    calls.push({ action, region, input })
    const answer = (status: number, value: object) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(value))
    const failure = failures.shift()
    if (failure !== undefined) return answer(400, { __type: `com.amazonaws.sqs#${failure}`, message: 'as planned' })
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    if (action === 'ReceiveMessage') return answer(200, await receive(input, gone.signal))
    if (action === 'DeleteMessageBatch') return answer(200, remove(input))
    return answer(200, attributes())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // it listens at a port

  return {
    url: `http://127.0.0.1:${port}/123456789012/images`,
    calls,
    /** Kinds of errors that the next calls are answered with. */
    failures,
    /** What is in the queue. */
    waiting: () => messages.map(({ body }) => body),
    send(body: string) {
      messages.push({ id: `message-${calls.length}-${messages.length}`, body, receives: 0, hiddenUntil: 0 })
      bell.resolve()
      bell = Promise.withResolvers()
    },
    /** As if the time of the polls under way had passed: they have nothing. */
    endPolls() {
      polls.abort()
      polls = new AbortController()
    },
    /** As if the time had passed for which what was received is hidden. */
    showAgain() {
      for (const each of messages) each.hiddenUntil = 0
      bell.resolve()
      bell = Promise.withResolvers()
    },
  }
}
