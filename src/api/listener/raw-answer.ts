import type { Socket } from 'node:net'
import { AppError } from '../../errors.ts'
import { refusal } from '../http-app.ts'

const statuses: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

/** Answers what never became a request: too slow, or no HTTP. */
export function refuseConnection(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const status = statuses[error.code ?? ''] ?? '400 Bad Request'
  answerRaw(socket, status, status.slice(4))
}

/** Answers a request on a socket that no server reads, and ends the connection. */
export function answerRaw(socket: Socket, status: string, sentence: string): void {
  const body = JSON.stringify(refusal(new AppError('REQUEST_INVALID', sentence)))
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}
