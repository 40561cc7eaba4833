import { entry } from "../entry.js";

/** Problems of files and folders, and of their text before anything in it has a meaning. */
export const fileProblems = {
  FILE_NOT_FOUND: entry<{ path: string }>("A file that is named does not exist.", (p) => ({
    message: `There is no file "${p.path}".`,
  })),
  FILE_UNREADABLE: entry<{ path: string; reason: string }>("A file exists but cannot be read.", (p) => ({
    message: `The file "${p.path}" cannot be read: ${p.reason}.`,
  })),
};
