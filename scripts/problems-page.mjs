// The reference page of everything that can go wrong, from the catalogue.

const areas = [
  ["Files and variables", "fileProblems", "file"],
  ["Values in configuration files", "configurationProblems", "configuration"],
  ["Expressions", "expressionProblems", "expression"],
  ["Domains, endpoints and steps", "domainProblems", "domain"],
  ["Requests", "requestProblems", "request"],
  ["Sources", "sourceProblems", "source"],
  ["Commands", "commandProblems", "command"],
];

export async function problemsPage() {
  const sections = await Promise.all(
    areas.map(async ([title, name, file]) => {
      const module = await import(`../dist/problems/catalogue/${file}.js`);
      return `## ${title}\n\n${table(module[name])}`;
    }),
  );
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
