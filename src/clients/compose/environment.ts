/** The variables of ours that the command needs to find its programs, plug-ins, credentials and certificates. */
const passedOn = ['PATH', 'HOME', 'DOCKER_CONFIG', 'DOCKER_CERT_PATH', 'DOCKER_TLS_VERIFY'] as const

/** The variable that marks every process we start for an operation, so that it is found after we were killed. */
export const operationVariable = 'LONGSHORE_OPERATION'

/** Where a dry run keeps what its builder writes. */
export const builderVariable = 'BUILDX_CONFIG'

/** What `docker` itself sets for its plug-ins (26.1). */
const pluginVariables = {
  DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND: 'docker',
  DOCKER_CLI_PLUGIN_SOCKET: '@docker_cli_0',
  OTEL_RESOURCE_ATTRIBUTES: 'docker.cli.cobra.command_path=docker%20compose',
}

/**
 * What commands find in their environment beside what every one gets, each with values as they might be. Files can read
 * them too.
 */
export const commandVariables: readonly Readonly<Record<string, string>>[] = [
  pluginVariables,
  { ...pluginVariables, [operationVariable]: '0' },
  { ...pluginVariables, [builderVariable]: '/nonexistent' },
]

export interface EnvironmentOptions {
  /** For `DOCKER_HOST`: `unix:///path` or `tcp://host:port`. */
  readonly engineHost: string
  /** Whether `include` and `extends` may name git repositories and OCI artefacts. */
  readonly allowRemote?: boolean
}

/**
 * The whole environment of the command. Compose puts environment variables into `${…}` of a file, so that any one of
 * ours could change what runs: nothing but what is needed is handed on.
 *
 * @param own usually `process.env`
 */
export function commandEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  { engineHost, allowRemote = false }: EnvironmentOptions,
  operation?: string,
): Readonly<Record<string, string>> {
  const kept = passedOn.flatMap((name) => {
    const value = own[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  // Said in both cases, because a project's own `.env` could say otherwise, which the environment overrides (2.26.1).
  const remote = String(allowRemote)
  return {
    ...Object.fromEntries(kept),
    DOCKER_HOST: engineHost,
    COMPOSE_EXPERIMENTAL_GIT_REMOTE: remote,
    COMPOSE_EXPERIMENTAL_OCI_REMOTE: remote,
    ...(operation !== undefined && { [operationVariable]: operation }),
  }
}
