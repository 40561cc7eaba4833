// Commits into an online store in SQLite, so many times a second. Arguments: file, commits a second.
import { loadDriver } from "../dist/connections/sqlite/driver.js";

const [file, perSecond] = process.argv.slice(2);
const connection = new (loadDriver().DatabaseSync)(file, { readOnly: false, timeout: 5_000 });
const change = connection.prepare('UPDATE "bench_view_0" SET created_ts = created_ts WHERE rowid = 1');
setInterval(() => change.run(), 1_000 / Number(perSecond));
