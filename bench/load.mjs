// How fast the pages are, measured on the release binary's demo, with /healthz measured between them: on a busy machine
// the ratio says more than the figure. Needs Node 20, and oha on the path or named in OHA (cargo install oha --locked).
//
//   node bench/load.mjs [--scale 1,25] [--rounds 5] [--seconds 2] [--connections 1,8] [--database postgres://…]
//
// With --database the demo is loaded into that database, which must be empty, so one scale at a time.

import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';

const { values: told } = parseArgs({
  options: {
    scale: { type: 'string', default: '1,25' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    connections: { type: 'string', default: '1,8' },
    writers: { type: 'string', default: '16' },
    database: { type: 'string' },
    port: { type: 'string', default: '8765' },
  },
});
const binary = resolve(process.env.EVERBETTER_BIN ?? 'target/release/everbetter');
const oha = process.env.OHA ?? 'oha';
const base = `http://127.0.0.1:${told.port}`;
const reads = [
  ['Today', '/'],
  ['partnership list', '/partnerships'],
  ['tracker page', '/partnerships/linden-grove/tracker'],
  ['heat map', '/overview'],
];
const numbers = (text) => text.split(',').map(Number);
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const percentile = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];

let server;
process.on('exit', () => server?.kill('SIGKILL'));
process.on('SIGINT', () => process.exit(130));

/** Starts the demo and answers how many milliseconds went by before its sign-in page answered. */
async function start(folder, scale, keep) {
  const words = ['demo', '--scale', String(scale), '--data', folder, '--listen', `127.0.0.1:${told.port}`, '--log', 'warn'];
  if (keep) words.push('--keep');
  if (told.database) words.push('--database', told.database);
  const began = performance.now();
  server = spawn(binary, words, { stdio: 'ignore', env: { ...process.env, EVERBETTER_TOKEN_REQUESTS_A_MINUTE: '0' } });
  for (;;) {
    if (server.exitCode !== null) throw new Error(`The demo ended at once, with ${server.exitCode}.`);
    try {
      // A connection is taken before the program listens to it, so this waits as a visitor would.
      if ((await fetch(`${base}/sign-in`)).ok) return performance.now() - began;
    } catch {
      await pause(2);
    }
  }
}

async function stop() {
  const ended = new Promise((done) => server.once('exit', done));
  server.kill('SIGTERM');
  await ended;
}

async function signIn(persona) {
  const answer = await fetch(`${base}/sign-in/persona`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ persona }),
  });
  const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('everbetter='));
  if (!cookie) throw new Error(`Nobody was signed in as ${persona}: ${answer.status}.`);
  return cookie.split(';')[0];
}

async function load(path, cookie, connections) {
  const words = ['-z', `${told.seconds}s`, '-w', '-c', String(connections), '--no-tui', '--output-format', 'json'];
  words.push('-H', `cookie: ${cookie}`, '-H', 'accept: text/html', '-H', 'accept-encoding: gzip, br', base + path);
  const { stdout } = await promisify(execFile)(oha, words, { maxBuffer: 1 << 26 });
  const found = JSON.parse(stdout);
  const statuses = Object.keys(found.statusCodeDistribution);
  if (statuses.join() !== '200') throw new Error(`${path} answers ${statuses}.`);
  const { p50, p95, p99 } = found.latencyPercentiles;
  return { perSecond: found.summary.requestsPerSec, p50: p50 * 1000, p95: p95 * 1000, p99: p99 * 1000 };
}

/** Cells of the tracker in which the visitor can record something, as the fields of their forms. */
async function openCells(cookie) {
  const get = async (path) => (await fetch(base + path, { headers: { cookie, accept: 'text/html' } })).text();
  const names = [...new Set([...(await get('/partnerships')).matchAll(/href="\/partnerships\/([a-z0-9-]+)"/g)].map((hit) => hit[1]))];
  const cells = [];
  for (const name of names.filter((name) => name !== 'new')) {
    const grid = await get(`/partnerships/${name}/tracker`);
    const hits = [...grid.matchAll(/practice=([\d.]+)&#38;year=([\d-]+)&#38;cycle=(\d+)/g)].map((hit) => hit.slice(1).join());
    for (const cell of [...new Set(hits)].slice(0, 40)) {
      const [practice, year, cycle] = cell.split(',');
      const form = await get(`/partnerships/${name}/tracker/cell?practice=${practice}&year=${year}&cycle=${cycle}`);
      if (form.includes('name="status"')) cells.push({ name, practice, year, cycle });
    }
    if (cells.length > 200) break;
  }
  if (!cells.length) throw new Error('There is no cell in which to record anything.');
  return cells;
}

/** Sends entries from as many writers as told, each after its own last one is acknowledged. */
async function write(cookie, cells) {
  const agent = new Agent({ keepAlive: true, maxSockets: Number(told.writers) });
  const times = [];
  let sent = 0;
  const one = () => {
    const { name, ...cell } = cells[sent++ % cells.length];
    const body = new URLSearchParams({ ...cell, key: randomUUID(), status: 'under_way', note: '' }).toString();
    const headers = {
      cookie,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(body),
    };
    return new Promise((done, failed) => {
      const asked = request(`${base}/partnerships/${name}/tracker/entries`, { method: 'POST', agent, headers }, (answer) => {
        answer.resume();
        answer.on('end', () => (answer.statusCode === 303 ? done() : failed(new Error(`An entry is answered ${answer.statusCode}.`))));
      });
      asked.on('error', failed);
      asked.end(body);
    });
  };
  const began = performance.now();
  const writer = async () => {
    while (performance.now() - began < Number(told.seconds) * 1000) {
      const from = performance.now();
      await one();
      times.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: Number(told.writers) }, writer));
  const seconds = (performance.now() - began) / 1000;
  agent.destroy();
  times.sort((a, b) => a - b);
  return {
    perSecond: times.length / seconds,
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    p99: percentile(times, 0.99),
  };
}

function memory() {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  const of = (name) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) / 1024);
  return `${of('VmRSS')} MiB resident, ${of('VmHWM')} MiB at most`;
}

const middle = (rounds, what) => median(rounds.map((round) => round[what]));

function row(scale, connections, name, rounds, beside) {
  const ratio = beside ? median(rounds.map((round, place) => beside[place].perSecond / round.perSecond)).toFixed(1) : '';
  const p50 = beside ? median(rounds.map((round, place) => round.p50 / beside[place].p50)).toFixed(1) : '';
  const figures = ['p50', 'p95', 'p99'].map((what) => middle(rounds, what).toFixed(2));
  console.log(`| ${[scale, connections, name, middle(rounds, 'perSecond').toFixed(0), ...figures, ratio, p50].join(' | ')} |`);
}

console.log(`binary: ${(statSync(binary).size / 1048576).toFixed(1)} MiB`);
for (const scale of numbers(told.scale)) {
  const folder = mkdtempSync(join(tmpdir(), 'everbetter-load-'));
  try {
    const loaded = await start(folder, scale, false);
    await stop();
    const starts = [];
    for (let time = 0; time < 5; time++) {
      if (time) await stop();
      starts.push(await start(folder, scale, true));
    }
    const cookie = await signIn('director');
    console.log(`\nscale ${scale}: loaded in ${(loaded / 1000).toFixed(1)} s; first answer after ${median(starts).toFixed(0)} ms; ${memory()}`);
    console.log('\n| scale | connections | what | per second | p50 ms | p95 ms | p99 ms | x /healthz | p50 x /healthz |');
    console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
    for (const [, path] of reads) await load(path, cookie, 8);
    for (const connections of numbers(told.connections)) {
      const found = new Map(reads.map(([name]) => [name, { rounds: [], beside: [] }]));
      for (let round = 0; round < Number(told.rounds); round++) {
        for (const [name, path] of reads) {
          found.get(name).beside.push(await load('/healthz', cookie, connections));
          found.get(name).rounds.push(await load(path, cookie, connections));
        }
      }
      row(scale, connections, '/healthz', [...found.values()].flatMap((one) => one.beside));
      for (const [name] of reads) row(scale, connections, name, found.get(name).rounds, found.get(name).beside);
    }
    const cells = await openCells(cookie);
    const [rounds, beside] = [[], []];
    for (let round = 0; round < Number(told.rounds); round++) {
      beside.push(await load('/healthz', cookie, Number(told.writers)));
      rounds.push(await write(cookie, cells));
    }
    row(scale, Number(told.writers), 'tracker write', rounds, beside);
    console.log(`\nafterwards: ${memory()}`);
    await stop();
  } finally {
    server?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}
