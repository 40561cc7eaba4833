import type { Clock } from "../../contracts/host.js";
import type { ContainerLaunch } from "../../contracts/server-keeper.js";
import { Secret } from "../../schema/secret.js";
import { dockerLogin } from "./docker-login.js";
import { EcrLogin, ecrRegion } from "./ecr-login.js";
import { parseImage } from "./image-name.js";
import type { RegistryLogin } from "./registry-auth.js";

type Launch = Pick<ContainerLaunch, "image" | "login" | "variables">;

/** How the login for an image is found when it is needed; `undefined` for one that is pulled without. */
export function loginOf(launch: Launch, clock: Clock): () => Promise<RegistryLogin | undefined> {
  const { image, login, variables } = launch;
  if (login.kind === "written") {
    const { username, password } = login;
    return async () => ({ username, password });
  }
  if (login.kind === "docker") return () => dockerLogin(parseImage(image).registry, variables);
  const ecr = ecrLogin(launch, clock);
  return () => ecr.login();
}

/** Credentials of the environment; what they are missing is said when they are needed. */
function ecrLogin({ image, variables }: Launch, clock: Clock): EcrLogin {
  const region = ecrRegion(image)!;
  const token = variables["AWS_SESSION_TOKEN"];
  const credentials = {
    kind: "aws_sigv4",
    region,
    service: "ecr",
    accessKeyId: variables["AWS_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: new Secret(variables["AWS_SECRET_ACCESS_KEY"] ?? ""),
    sessionToken: token === undefined || token === "" ? undefined : new Secret(token),
  } as const;
  const china = region.startsWith("cn-") ? ".cn" : "";
  const origin = variables["AWS_ENDPOINT_URL_ECR"] ?? `https://api.ecr.${region}.amazonaws.com${china}`;
  return new EcrLogin(origin, credentials, clock);
}
