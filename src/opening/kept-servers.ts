import { KeptServer } from "../connections/kept/kept-server.js";
import type { Clock } from "../contracts/host.js";
import type {
  ServerAddress,
  ServerHold,
  ServerKeeper,
  ServerUser,
  WantedServer,
} from "../contracts/server-keeper.js";
import { launcherOf } from "./launchers.js";

/** Keeps servers in this process, each for all configurations and processes that want the same. */
export class KeptServers implements ServerKeeper {
  private readonly clock: Clock;
  private readonly shared = new Map<string, SharedServer>();
  private readonly ending = new Set<Promise<void>>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  async keep(wanted: WantedServer, user: ServerUser): Promise<ServerHold> {
    const key = JSON.stringify(wanted);
    const known = this.shared.get(key);
    const server = known ?? new SharedServer(wanted, this.clock, user);
    if (known === undefined) this.shared.set(key, server);
    return server.hold(user, () => this.end(key, server));
  }

  /** Ends all, whoever still has a right to one. */
  async close(): Promise<void> {
    for (const [key, server] of this.shared) void this.end(key, server);
    await Promise.all(this.ending);
  }

  /** One that is wanted again meanwhile is another one. */
  private async end(key: string, server: SharedServer): Promise<void> {
    if (this.shared.get(key) === server) this.shared.delete(key);
    const ended = server.close();
    this.ending.add(ended);
    await ended;
    this.ending.delete(ended);
  }
}

/** One server, and those who need it. */
class SharedServer {
  private readonly users = new Set<ServerUser>();
  private readonly server: KeptServer;

  constructor(wanted: WantedServer, clock: Clock, { log }: ServerUser) {
    this.server = new KeptServer({
      launcher: launcherOf(wanted, log, clock),
      rules: wanted.rules,
      clock,
      log,
      check: (address) => this.check(address),
      changed: (condition) => {
        for (const user of this.users) user.changed(condition);
      },
    });
  }

  hold(user: ServerUser, unused: () => Promise<void>): ServerHold {
    const { server, users } = this;
    users.add(user);
    return {
      get condition() {
        return server.condition;
      },
      start: () => server.start(),
      release: async () => {
        if (users.delete(user) && users.size === 0) await unused();
      },
    };
  }

  close(): Promise<void> {
    return this.server.close();
  }

  private async check(address: ServerAddress): Promise<void> {
    const checks = [...this.users].flatMap((user) => user.check?.(address) ?? []);
    const { state } = this.server.condition;
    // What nobody asks is as it was.
    if (checks.length > 0 || state !== "ready") await Promise.any(checks);
  }
}
