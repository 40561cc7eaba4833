import type { FastifyInstance, FastifyReply } from "fastify";
import { contentSecurityPolicy, redocPage, swaggerPage, swaggerStart } from "./docs-pages.js";
import { openapiDocument } from "../openapi/openapi.js";
import { defaultHooks } from "../routes/request-hooks.js";
import type { Serving } from "../serving.js";
import {
  readVendorFile,
  redocFiles,
  redocVersion,
  swaggerFiles,
  swaggerVersion,
  type VendorFile,
} from "./vendor-files.js";

/**
 * The API description and its explorers, all from this server. The explorers are open to all; the description follows
 * `auth.default`. Without a description there are no explorers.
 */
export function docsRoutes(scope: FastifyInstance, serving: Serving): void {
  const { config } = serving.service;
  const { openapiUrl, docsUrl, redocUrl } = config.api;
  if (openapiUrl === false) return;
  const document = JSON.stringify(openapiDocument(config));
  const title = config.app.name;
  scope.get(openapiUrl, defaultHooks(serving), (_request, reply) => {
    return reply.header("content-type", "application/json; charset=utf-8").send(document);
  });
  if (docsUrl !== false) {
    const assets = under(docsUrl, swaggerVersion);
    addPage(scope, docsUrl, swaggerPage({ title, openapiUrl, assets }));
    addFiles(scope, assets, swaggerFiles);
    scope.get(`${assets}/start.js`, (_request, reply) =>
      sendFile(reply, swaggerFiles[0]!.contentType, swaggerStart),
    );
  }
  if (redocUrl !== false) {
    const assets = under(redocUrl, redocVersion);
    addPage(scope, redocUrl, redocPage({ title, openapiUrl, assets }));
    addFiles(scope, assets, redocFiles);
  }
}

function under(url: string, name: string): string {
  return url === "/" ? `/${name}` : `${url}/${name}`;
}

function addPage(scope: FastifyInstance, url: string, html: string): void {
  scope.get(url, (_request, reply) => {
    return reply
      .header("content-type", "text/html; charset=utf-8")
      .header("content-security-policy", contentSecurityPolicy)
      .header("referrer-policy", "no-referrer")
      .header("cache-control", "no-cache")
      .send(html);
  });
}

function addFiles(scope: FastifyInstance, folder: string, files: readonly VendorFile[]): void {
  for (const { name, contentType } of files) {
    scope.get(`${folder}/${name}`, (_request, reply) => sendFile(reply, contentType, readVendorFile(name)));
  }
}

function sendFile(reply: FastifyReply, contentType: string, content: Buffer | string): FastifyReply {
  return reply
    .header("content-type", contentType)
    .header("cache-control", "public, max-age=31536000, immutable")
    .send(content);
}
