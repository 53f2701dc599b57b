import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OptionSubjects } from './option-case.ts'

/** @param folder an empty one on the engine's machine */
export const nameSubjects = (prefix: string, folder: string): OptionSubjects => ({
  front: `${prefix}-front`,
  back: `${prefix}-back`,
  six: `${prefix}-six`,
  volume: `${prefix}-volume`,
  neighbour: `${prefix}-neighbour`,
  frontNeighbour: `${prefix}-front-neighbour`,
  folder,
  place: 0,
})

/**
 * Makes what options refer to, on an engine that has none of it; whoever calls it takes it away again.
 *
 * @param cli the `docker` command on that engine
 * @param image what the neighbours run, without end
 * @param busybox where that image has it
 */
export async function makeSubjects(
  cli: (...args: string[]) => Promise<string>,
  subjects: OptionSubjects,
  image: string,
  busybox: string,
): Promise<void> {
  const { front, back, six, volume, neighbour, frontNeighbour, folder } = subjects
  writeFileSync(join(folder, 'env'), 'COLOR=from-file\nMINE=1\n')
  writeFileSync(join(folder, 'labels'), 'maker=from-file\n')
  await cli('network', 'create', '--subnet', '10.231.77.0/24', front)
  await cli('network', 'create', '--subnet', '10.231.78.0/24', back)
  await cli('network', 'create', '--ipv6', '--subnet', '10.231.79.0/24', '--subnet', 'fd00:231:79::/64', six)
  await cli('volume', 'create', volume)
  const makePart = ['--user', '0', '--entrypoint', busybox, image, 'mkdir', '-p', '/whole/some/part']
  await cli('run', '--rm', '--volume', `${volume}:/whole`, ...makePart)
  await cli('run', '--detach', '--name', neighbour, '--ipc', 'shareable', '--volume', '/shared', image)
  await cli('run', '--detach', '--name', frontNeighbour, '--network', front, image)
}
