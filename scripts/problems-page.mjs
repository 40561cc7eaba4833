// The reference page of everything that can go wrong, from the catalogue.

const areas = [
  ["Files and variables", "fileProblems", "file"],
  ["Values in configuration files", "configurationProblems", "configuration"],
  ["Expressions", "expressionProblems", "expression"],
  ["Domains, endpoints and steps", "domainProblems", "domain"],
  ["Requests", "requestProblems", "request"],
  ["Sources", "sourceProblems", "source"],
  ["Databases", "databaseProblems", "database"],
  ["Feature stores", "feastProblems", "feast"],
  ["Features in replies", "featureReplyProblems", "feast"],
  ["Models", "modelProblems", "model"],
  ["Models in replies", "modelReplyProblems", "model"],
  ["ONNX models", "onnxProblems", "onnx"],
  ["Commands", "commandProblems", "command"],
  ["The admin listener", "adminProblems", "admin"],
  ["Callers", "authProblems", "auth"],
];

export async function problemsPage() {
  const { catalogue } = await import("../dist/problems/catalogue.js");
  const left = new Set(Object.keys(catalogue));
  const sections = [];
  for (const [title, name, file] of areas) {
    const { [name]: entries } = await import(`../dist/problems/catalogue/${file}.js`);
    for (const code of Object.keys(entries)) left.delete(code);
    sections.push(`## ${title}\n\n${table(entries)}`);
  }
  if (left.size > 0) throw new Error(`These problems are in no area of the page: ${[...left].join(", ")}`);
  return `${introduction}\n\n${sections.join("\n\n")}\n`;
}

const introduction = `# Problems: reference

<!-- Generated from src/problems; do not edit. -->

Every problem has a code, which never gets another meaning. \`orchestrator-api check\` prints those of a configuration as
\`file:line:column severity CODE message\`; a reply of the API has it as \`code\`. Errors keep a project from starting;
warnings and notes do not.`;

function table(entries) {
  const rows = Object.entries(entries).map(
    ([code, { severity, when }]) => `| \`${code}\` | ${severity} | ${when.replaceAll("|", "\\|")} |`,
  );
  return ["| code | severity | reported when |", "| --- | --- | --- |", ...rows].join("\n");
}
