import { transfers } from "./transfers.js";

transfers(
  "sqlite",
  async () => "connection_string: sqlite:///data/bank.db\ninit_sql: data/schema.sql\npool_timeout: 20s\n",
);
