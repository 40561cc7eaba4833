/** Commands that the documentation names and this version does not have. */
export const plannedCommands = ["eval", "test", "config diff", "export client", "executions", "batch"];
