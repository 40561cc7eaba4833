import { entry } from "../entry.js";

/** Problems of files and folders, and of their text before anything in it has a meaning. */
export const fileProblems = {};
void entry;
