import { run } from './command.ts'

/** What tests read of a container; the engine says more. */
export interface InspectedContainer {
  readonly Id: string
  readonly Name: string
  readonly Created: string
  readonly Image: string
  readonly RestartCount: number
  readonly State: {
    readonly Status: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead'
    readonly Running: boolean
    readonly Pid: number
    readonly ExitCode: number
    readonly StartedAt: string
    readonly FinishedAt: string
    readonly Health?: { readonly Status: 'starting' | 'healthy' | 'unhealthy' | 'none' }
  }
  readonly Config: {
    readonly Image: string
    readonly Hostname: string
    readonly User: string
    readonly WorkingDir: string
    readonly Env: readonly string[] | null
    readonly Cmd: readonly string[] | null
    readonly Entrypoint: readonly string[] | null
    readonly Labels: Readonly<Record<string, string>>
    readonly [setting: string]: unknown
  }
  readonly HostConfig: {
    readonly NetworkMode: string
    readonly RestartPolicy: { readonly Name: string; readonly MaximumRetryCount: number }
    readonly [setting: string]: unknown
  }
  readonly Mounts: readonly {
    readonly Type: string
    readonly Name?: string
    readonly Source: string
    readonly Destination: string
    readonly RW: boolean
  }[]
  readonly NetworkSettings: {
    readonly Ports: Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>>
    readonly Networks: Readonly<
      Record<
        string,
        { readonly Aliases: readonly string[] | null; readonly IPAddress: string; readonly MacAddress: string }
      >
    >
  }
}

/** Runs the `docker` command on an engine and gives what it printed, without the blanks around it. */
export async function docker(host: string, ...args: string[]): Promise<string> {
  const { DOCKER_CONTEXT: _, ...env } = process.env
  return (await run('docker', args, { env: { ...env, DOCKER_HOST: host } })).trim()
}

/** Looks at a container by name or id; undefined when there is none. */
export async function inspect(host: string, name: string): Promise<InspectedContainer | undefined> {
  const found = await docker(host, 'container', 'inspect', name).catch((error: unknown) => {
    if (error instanceof Error && error.message.includes('No such container')) return '[]'
    throw error
  })
  // The engine is ours and of a known version: its answer is trusted to be of the shape written above.
  const [container] = JSON.parse(found) as InspectedContainer[]
  return container
}
