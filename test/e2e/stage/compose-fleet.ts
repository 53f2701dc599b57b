import type { Control } from '../../../src/app/words/control.ts'
import { openApp } from '../../../src/wiring.ts'
import type { InspectedContainer } from '../../services/docker.ts'
import type { PassAnswer } from './answers.ts'
import type { StagedProject } from './compose-project.ts'
import type { Scene } from './scene.ts'

/** What stands for what in the files of a test; `tag` is that of the images, and more may be added. */
interface Fillings {
  readonly tag?: string
  readonly [mark: `<${string}>`]: string
}

/** Writes files as `fillIn` reads them. */
export function writeFiles(
  project: StagedProject,
  files: Readonly<Record<string, string>>,
  fillings: Fillings = {},
): void {
  for (const [file, text] of Object.entries(files)) project.write(file, fillIn(project, text, fillings))
}

/** `<watch>` asks to watch, `<name>` is the project; `<image>` and `<repository>`, without a tag, are of `web`. */
export function fillIn(project: StagedProject, text: string, { tag = 'latest', ...more }: Fillings = {}): string {
  const fillings = {
    '<image>': project.image('web', tag),
    '<db-image>': project.image('db', tag),
    '<repository>': project.image('web', '').slice(0, -1),
    '<name>': project.name,
    '<watch>': 'labels: { longshore.watch: "true" }',
    ...more,
  }
  return Object.entries(fillings).reduce((filled, [mark, value]) => filled.replaceAll(mark, value), text)
}

/** What a pass did about a service: the rollout, or else why there was none. */
export function told(answer: PassAnswer, project: StagedProject, service = 'web') {
  const { id } = project.workload(service)
  return (
    answer.rollouts.find(({ workload }) => workload === id) ??
    answer.workloads.find((each) => each.id === id) ?? { failures: answer.failures }
  )
}

/** Lets people say words in this process, as commands do while no service runs. */
export async function say(scene: Scene, words: (control: Control) => Promise<void>): Promise<void> {
  const opened = await openApp({
    configFile: scene.configFile,
    stateFolder: scene.stateFolder,
    env: { PATH: process.env['PATH'], HOME: '/nonexistent' },
    access: 'owner',
    writeLog: () => {},
  })
  try {
    await words(opened.control)
  } finally {
    await opened.close()
  }
}

/** Whoever says words in a test. */
export const someone = { actor: 'somebody', reason: null }

/** What of a container has to be the same in its successor: its name, networks, mounts and labels. */
export function lastingSettings({ Name, Config, HostConfig, Mounts, NetworkSettings }: InspectedContainer) {
  const aliases = (found: readonly string[] | null) => found?.filter((each) => !/^[0-9a-f]{12}$/.test(each)).toSorted()
  return {
    Name,
    image: Config.Image,
    restart: HostConfig.RestartPolicy,
    mounts: Mounts.map((each) => `${each.Name ?? each.Source} ${each.Destination}`).toSorted(),
    networks: Object.entries(NetworkSettings.Networks).map(([name, { Aliases }]) => ({
      name,
      aliases: aliases(Aliases),
    })),
    labels: Object.fromEntries(
      Object.entries(Config.Labels).flatMap(([key, value]) => {
        // Of the new image and of the replacement; and Compose lists dependencies in any order.
        if (/\.(image|replace)$/.test(key)) return []
        return [[key, key.endsWith('.depends_on') ? value.split(',').toSorted().join() : value]]
      }),
    ),
  }
}
