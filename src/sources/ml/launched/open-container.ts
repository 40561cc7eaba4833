import { ContainerLauncher } from "../../../connections/docker/container-launcher.js";
import { EcrLogin, ecrRegion } from "../../../connections/docker/ecr-login.js";
import { parseImage } from "../../../connections/docker/image-name.js";
import { loginOfFile, type RegistryLogin } from "../../../connections/docker/registry-auth.js";
import type { Host } from "../../../contracts/host.js";
import type { Opening } from "../../../contracts/source.js";
import { Secret } from "../../../schema/secret.js";
import type { MlSettings } from "../settings.js";
import { LaunchedHost } from "./launched-host.js";
import { outputTo } from "./output-to.js";

/** Models in a container that is started here. */
export function openContainer(opening: Opening<MlSettings>): LaunchedHost {
  const { name, settings, host, log, appName } = opening;
  const { image, pull, command, environment, port, network, volumes, memory, cpus, gpus, stop_timeout } =
    settings;
  const rules = {
    image: image!,
    pull,
    login: loginFor(settings, host),
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
  };
  const told = {
    line: outputTo(opening),
    warning: (reason: string) =>
      log("warn", "An image could not be pulled; the one on this machine is used.", { source: name, reason }),
  };
  const env = (variable: string) => host.env(variable);
  return new LaunchedHost(opening, (check) => new ContainerLauncher(rules, check, env, told));
}

function loginFor(settings: MlSettings, host: Host): () => Promise<RegistryLogin | undefined> {
  const { registry_auth: written, type, image } = settings;
  if (written !== undefined) {
    return async () => ({ username: written.username, password: written.password.reveal() });
  }
  if (type === "ecr") {
    const ecr = ecrLogin(image!, host);
    return () => ecr.login();
  }
  return async () => loginOfFile(parseImage(image!).registry, (name) => host.env(name));
}

/** Credentials of the environment; what they are missing is said when they are needed. */
function ecrLogin(image: string, host: Host): EcrLogin {
  const region = ecrRegion(image)!;
  const token = host.env("AWS_SESSION_TOKEN");
  const credentials = {
    kind: "aws_sigv4",
    region,
    service: "ecr",
    accessKeyId: host.env("AWS_ACCESS_KEY_ID") ?? "",
    secretAccessKey: new Secret(host.env("AWS_SECRET_ACCESS_KEY") ?? ""),
    sessionToken: token === undefined || token === "" ? undefined : new Secret(token),
  } as const;
  const china = region.startsWith("cn-") ? ".cn" : "";
  const origin = host.env("AWS_ENDPOINT_URL_ECR") ?? `https://api.ecr.${region}.amazonaws.com${china}`;
  return new EcrLogin(origin, credentials, host.clock);
}
