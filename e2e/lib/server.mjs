// The program under test: its demo organisation on a free port, in a folder of its own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const BINARY = process.env.EVERBETTER_BIN ?? fileURLToPath(new URL("../../target/debug/everbetter", import.meta.url));
const PATIENCE = 180_000; // an unoptimised build takes its time to load three years of work

/** The server that `EVERBETTER_URL` names, or a new one. */
export async function server() {
  const url = process.env.EVERBETTER_URL;
  return url ? { url, stop: async () => {} } : await start();
}

/** A new server, with these variables beside the usual ones. */
export async function start(variables = {}) {
  const data = await mkdtemp(join(tmpdir(), "everbetter-e2e-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const words = ["demo", "--listen", `127.0.0.1:${port}`, "--data", data, "--public-url", url];
  const child = spawn(BINARY, words, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, EVERBETTER_LOG: "warn", ...variables } });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => said.push(chunk));
  let ended = null;
  const gone = once(child, "exit").then(([code, signal]) => (ended = code ?? signal), (error) => (ended = error));
  const endWithUs = () => child.kill("SIGTERM");
  process.once("exit", endWithUs);
  const exit = () => process.exit(1);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, exit);

  const stop = async () => {
    process.off("exit", endWithUs);
    for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, exit);
    child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await gone;
    clearTimeout(late);
    await rm(data, { recursive: true, force: true });
  };

  const until = Date.now() + PATIENCE;
  while (ended === null && Date.now() < until) {
    if (await fetch(`${url}/readyz`).then((answer) => answer.ok, () => false)) return { url, stop };
    await new Promise((then) => setTimeout(then, 200));
  }
  await stop();
  throw new Error(`${BINARY} ${words.join(" ")} is not ready (${ended ?? "still starting"}):\n${Buffer.concat(said)}`);
}

export async function freePort() {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address();
  listener.close();
  return port;
}
