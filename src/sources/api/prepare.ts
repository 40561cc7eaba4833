import type { Auth } from "../../connections/http/auth/auth.js";
import { authHeaderOf } from "../../connections/http/auth/auth.js";
import type { Definition } from "../../contracts/source.js";
import { templateExpressions } from "../../expression/template.js";
import type { JsonObject } from "../../expression/value.js";
import type { Formula } from "../../schema/formula.js";
import { accessOf } from "../../connections/http/access.js";
import { checkAccess, ownAccess } from "./own-access.js";
import { answerSchema, selectedSchema, type AnswerSchema } from "./answer-schema.js";
import type { ApiCall } from "./api-call.js";
import { alsoShown, batchAdvice, prepareBatch } from "./batch-form.js";
import { compileRequest, type RequestRules } from "./build-request.js";
import { withParameter } from "./follow-up.js";
import { checkForward, forwardsOf, withForwarding } from "./forward.js";
import { graphqlData, graphqlOf, type Graphql } from "./graphql.js";
import type { ApiOperation, ApiSettings } from "./keys.js";
import { isLiteral } from "./literal.js";
import { mockMaker } from "./mock-answer.js";
import { compilePaging } from "./paging.js";
import { parametersOf } from "./parameters.js";
import { bodyParser } from "./parse-body.js";
import { compileAnswer } from "./read-answer.js";
import { anySuccess, noStatus, StatusSet } from "./statuses.js";

const defaultMaxResponse = 10 * 1_024 * 1_024;
const defaultRedirects = 5;
const defaultIdleMs = 60_000;

/** Settles every key of an operation against those of its source and compiles it; reports all that is wrong. */
export function prepareCall(definition: Definition<ApiSettings, ApiOperation>): ApiCall | undefined {
  const { settings, operation, operationName, report } = definition;
  const errorsBefore = report.errorCount;
  const graphql = graphqlOf(definition);
  const method = operation.method ?? (operation.body === undefined && graphql === undefined ? "GET" : "POST");
  const effect = operation.effect ?? defaultEffect(method, graphql);
  const access = accessOf(settings, operation);
  const forward = operation.forward ?? settings.forward;
  const schema = answerSchema(definition);
  const authorizedPath = pathAuthorizer(access.auth);
  checkMethod(definition, method);
  checkIdempotencyKey(definition);
  checkAccess(definition, access);
  checkForward(definition, forward, {
    header: authHeaderOf(access.auth),
    query: access.auth.kind === "query" ? access.auth.name : undefined,
  });
  checkPaging(definition, effect);
  checkStream(definition, access.auth);
  const rules: RequestRules = {
    method,
    settings,
    operation,
    bodyType: graphql === undefined ? (operation.body_type ?? settings.body_type ?? "json") : "json",
    responseType:
      graphql === undefined ? (operation.response_type ?? settings.response_type ?? "json") : "json",
    auth: access.auth,
    graphql,
    authorizedPath,
  };
  const inQuery = [...(operation.query?.values() ?? [])];
  const parameters = parametersOf(operation.path?.names ?? [], formulasOf(definition), inQuery, report);
  const build = compileRequest(rules, report);
  const batch = prepareBatch(definition, { effect, parameters }, prepareCall);
  if (report.errorCount > errorsBefore) return undefined;
  const { origin } = settings.base_url;
  const success = operation.success ?? settings.success ?? { kind: "statuses", statuses: anySuccess };
  const emptyOn = operation.empty_on ?? settings.empty_on ?? noStatus;
  const parse = bodyParser(rules.responseType);
  return {
    operationName,
    method,
    origin,
    effect,
    isIdempotent: operation.idempotency_key !== undefined,
    parameters: alsoShown(parameters, operation.batch, batch),
    forwards: forwardsOf(forward, formulasOf(definition)),
    shape: shapeOf(schema, operation),
    maxResponse: operation.max_response ?? settings.max_response ?? defaultMaxResponse,
    request: withForwarding(build, forward, operation.query_style ?? settings.query_style ?? "repeat"),
    read: compileAnswer({
      success,
      emptyOn,
      parse: graphql === undefined ? parse : (reply) => graphqlData(parse(reply)),
      hold: schema?.hold,
      select: operation.select,
      next: operation.paging?.by === "cursor" ? operation.paging.next : undefined,
    }),
    redirects: {
      atMost: effect === "read" ? (operation.redirects ?? settings.redirects ?? defaultRedirects) : 0,
      statuses: followedStatuses([emptyOn, ...(success.kind === "statuses" ? [success.statuses] : [])]),
    },
    paging:
      operation.paging === undefined
        ? undefined
        : compilePaging(operation.paging, { origin, authorizedPath }, graphql !== undefined),
    authorizedPath,
    streams: operation.stream ? "bodies" : undefined,
    idleTimeoutMs: operation.idle_timeout ?? settings.idle_timeout ?? defaultIdleMs,
    access: ownAccess(definition),
    batch,
    batchAdvice: batch === undefined ? batchAdvice(definition, effect) : undefined,
    mock: mockMaker(operation.mock, schema?.resolved, rules.responseType, graphql !== undefined),
  };
}

function defaultEffect(method: string, graphql: Graphql | undefined): "read" | "write" {
  if (graphql !== undefined) return graphql.document.kind === "query" ? "read" : "write";
  return ["GET", "HEAD", "OPTIONS"].includes(method) ? "read" : "write";
}

/** A redirect whose status is an answer of its own is not followed. */
function followedStatuses(answers: readonly StatusSet[]): StatusSet {
  const redirects = [301, 302, 303, 307, 308];
  const followed = redirects.filter((status) => !answers.some((each) => each.has(status)));
  return new StatusSet(followed.map((status) => ({ first: status, last: status })));
}

function pathAuthorizer(auth: Auth): ApiCall["authorizedPath"] {
  if (auth.kind !== "query") return (path) => path;
  const { name, value } = auth;
  return (path) => withParameter(path, name, value.reveal());
}

function shapeOf(schema: AnswerSchema | undefined, { select, paging }: ApiOperation): JsonObject | undefined {
  return schema === undefined
    ? undefined
    : pagesOf(selectedSchema(schema.resolved, select?.template), paging);
}

/** The joined pages are as long as they are. */
function pagesOf(shape: JsonObject | undefined, paging: ApiOperation["paging"]): JsonObject | undefined {
  if (shape === undefined || paging === undefined) return shape;
  return { type: "array", ...(shape["items"] === undefined ? {} : { items: shape["items"] }) };
}

function checkMethod({ operation, report }: Definition<ApiSettings, ApiOperation>, method: string): void {
  if (method !== "HEAD" || operation.body === undefined) return;
  report.add("CONFIG_VALUE_INVALID", { reason: "A HEAD request has no body." }, operation.body.location);
}

function checkPaging(
  { operation, location, report }: Definition<ApiSettings, ApiOperation>,
  effect: string,
): void {
  const { paging } = operation;
  if (paging === undefined) return;
  const refuse = (reason: string) => report.add("CONFIG_VALUE_INVALID", { reason }, location);
  if (effect === "write") refuse("Only a read has pages: a write would happen once for each.");
  if (paging.by !== "link" && operation.query.has(paging.param)) {
    refuse(`The query parameter "${paging.param}" is set by \`paging\` and cannot be under \`query\` too.`);
  }
}

/** What needs the whole of a body cannot be done while it passes. */
function checkStream(
  { operation, location, report }: Definition<ApiSettings, ApiOperation>,
  auth: Auth,
): void {
  if (!operation.stream) return;
  const refuse = (reason: string) => report.add("CONFIG_VALUE_INVALID", { reason }, location);
  if (auth.kind === "aws_sigv4")
    refuse("A stream cannot be signed with `aws_sigv4`, which signs the whole body.");
  if (operation.paging !== undefined) refuse("A stream has no pages.");
}

/** All attempts of a call, and no others, must send the same key. */
function checkIdempotencyKey({ operation, report }: Definition<ApiSettings, ApiOperation>): void {
  const key = operation.idempotency_key;
  if (key === undefined) return;
  if (isLiteral(key.template)) {
    const reason = "This key would be the same for every call, so that only the first one would count.";
    const hint = "Take it from a parameter: `$params.request_id`.";
    report.add("CONFIG_VALUE_INVALID", { reason }, key.location, { hint });
  } else if (templateExpressions(key.template).some(({ usesRandom }) => usesRandom)) {
    const reason = "`uuid()` would give each attempt of a call a key of its own.";
    const hint = 'Pass it as a parameter of the step, which is evaluated once: `request_id: "{{ uuid() }}"`.';
    report.add("CONFIG_VALUE_INVALID", { reason }, key.location, { hint });
  }
}

function formulasOf({ settings, operation }: Definition<ApiSettings, ApiOperation>): readonly Formula[] {
  const success = operation.success ?? settings.success;
  const { paging, variables } = operation;
  const single = [
    operation.body,
    operation.idempotency_key,
    operation.select,
    paging?.by === "cursor" ? paging.next : undefined,
    success?.kind === "expression" ? success.formula : undefined,
  ];
  return [
    ...operation.query.values(),
    ...settings.headers.values(),
    ...operation.headers.values(),
    ...(variables?.values() ?? []),
    ...single.filter((each) => each !== undefined),
  ];
}
