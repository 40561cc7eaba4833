import type { ContainerLaunch, ImageLogin } from "../../../contracts/server-keeper.js";
import type { Opening } from "../../../contracts/source.js";
import type { MlSettings } from "../settings.js";
import { variablesOf } from "./variables-of.js";

/** What says where Docker is and who logs in. */
const read = [
  ...["PATH", "HOME", "XDG_RUNTIME_DIR"],
  ...["DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_CONFIG"],
  ...["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_ECR"],
];

/** The container that a source of models is on. */
export function containerOf({ name, settings, host, appName }: Opening<MlSettings>): ContainerLaunch {
  const { image, pull, command, environment, port, network, volumes, memory, cpus, gpus, stop_timeout } =
    settings;
  return {
    kind: "container",
    image: image!,
    pull,
    login: loginOf(settings),
    command,
    environment: Object.fromEntries(environment),
    port,
    network,
    volumes,
    memoryBytes: memory,
    cpus,
    gpus,
    stopTimeoutMs: stop_timeout,
    name: `${appName ?? "app"}/${name}`,
    variables: variablesOf(host, read),
  };
}

function loginOf({ registry_auth: written, type }: MlSettings): ImageLogin {
  if (written === undefined) return { kind: type === "ecr" ? "ecr" : "docker" };
  return { kind: "written", username: written.username, password: written.password.reveal() };
}
