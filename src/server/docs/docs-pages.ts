/** What a page of the API explorers needs to know. All are absolute paths on this server. */
export interface PageAddresses {
  readonly title: string;
  readonly openapiUrl: string;
  /** Where the files of the explorer are. */
  readonly assets: string;
}

/** Swagger UI: `openapi.json` comes from this server, and no validator is asked. */
export function swaggerPage({ title, openapiUrl, assets }: PageAddresses): string {
  return page(
    title,
    `<link rel="stylesheet" href="${assets}/swagger-ui.css">`,
    `<div id="explorer" data-openapi="${escapeHtml(openapiUrl)}"></div>
<script src="${assets}/swagger-ui-bundle.js"></script>
<script src="${assets}/start.js"></script>`,
  );
}

/** Starts Swagger UI; a file of its own, because the page allows no scripts inside it. */
export const swaggerStart = `const explorer = document.getElementById("explorer");
SwaggerUIBundle({
  domNode: explorer,
  url: explorer.dataset.openapi,
  validatorUrl: null,
  deepLinking: true,
});
`;

/** ReDoc: starts by itself on its own element. */
export function redocPage({ title, openapiUrl, assets }: PageAddresses): string {
  return page(
    title,
    "<style>body { margin: 0; }</style>",
    `<redoc spec-url="${escapeHtml(openapiUrl)}"></redoc>
<script src="${assets}/redoc.standalone.js"></script>`,
  );
}

/** Lets the explorers work and keeps every request of theirs on this server. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

function page(title: string, head: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
${head}
</head>
<body>
${body}
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  const names: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => names[character]!);
}
