const blockBytes = 512

/** What goes into an archive; a link points at `link`, anything else is a file, or a folder when it has no `content`. */
export interface TarEntry {
  readonly path: string
  readonly content?: Uint8Array | string
  readonly link?: string
}

/** An uncompressed archive, equal for equal entries: all is root's, open to everybody, and from 1970. */
export function packTar(entries: readonly TarEntry[]): Buffer {
  const parts = entries.flatMap((entry) => {
    const content = Buffer.from(entry.content ?? '')
    const padding = Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes)
    return [header(entry, content.length), content, padding]
  })
  return Buffer.concat([...parts, Buffer.alloc(2 * blockBytes)])
}

/** @see POSIX pax, "ustar Interchange Format" */
function header({ path, content, link = '' }: TarEntry, sizeBytes: number): Buffer {
  const type = link !== '' ? '2' : content === undefined ? '5' : '0'
  const block = Buffer.alloc(blockBytes)
  block.write(path, 0)
  block.write(octal(0o777, 8), 100)
  block.write(octal(0, 8), 108)
  block.write(octal(0, 8), 116)
  block.write(octal(sizeBytes, 12), 124)
  block.write(octal(0, 12), 136)
  block.write(' '.repeat(8), 148)
  block.write(type, 156)
  block.write(link, 157)
  block.write('ustar\u000000', 257)
  const checksum = block.reduce((sum, byte) => sum + byte, 0)
  block.write(`${octal(checksum, 7)}\0 `.slice(0, 8), 148)
  return block
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\0`
}
