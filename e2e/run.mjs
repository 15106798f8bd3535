// All browser tests against one server.

import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { once } from "node:events";
import { server } from "./lib/server.mjs";

const here = new URL(".", import.meta.url);
const files = (await readdir(here)).filter((name) => name.endsWith(".test.mjs")).sort();
const { url, stop } = await server();
try {
  const words = ["--test", "--test-concurrency=1", ...process.argv.slice(2), ...files];
  const tests = spawn(process.execPath, words, { cwd: here, stdio: "inherit", env: { ...process.env, EVERBETTER_URL: url } });
  const [code] = await once(tests, "exit");
  process.exitCode = code ?? 1;
} finally {
  await stop();
}
