import { inspect } from "node:util";

/** A value that must not be seen: it prints as stars everywhere, and gives itself only when asked by name. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return "***";
  }

  toJSON(): string {
    return "***";
  }

  [inspect.custom](): string {
    return "Secret(***)";
  }
}

/** True for variables whose name says that they hold a secret. */
export function isSecretName(name: string): boolean {
  return /(PASSWORD|SECRET|TOKEN|KEY|CREDENTIALS|DSN)$/i.test(name);
}
