import { waitUntil } from '../../services/wait.ts'
import type { Scene } from './scene.ts'

/** Who starts a container again sees to it that it stays up. */
const lastsMs = 300

/** A person starts a container again: on a busy machine the engine was seen to have it down afterwards. */
export async function startAgain(scene: Pick<Scene, 'docker' | 'inspect'>, name: string): Promise<void> {
  await scene.docker('restart', '--time', '0', name)
  await waitUntil(`${name} runs again`, async () => {
    const { State } = await scene.inspect(name)
    if (!State.Running) await scene.docker('start', name)
    return State.Running && Date.now() - Date.parse(State.StartedAt) > lastsMs
  })
}
