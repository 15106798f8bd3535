// Pictures of pages for looking at: node shots.mjs FOLDER [PERSONA:PATH ...]
// Each at two widths, light and dark. Without pages: those that everybody begins with.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { SIZES, launch, visitor } from "./lib/browser.mjs";
import { server } from "./lib/server.mjs";

const USUAL = ["nobody:/sign-in", "implementer:/", "director:/", "partner:/", "implementer:/partnerships/linden-grove", "implementer:/partnerships/linden-grove/tracker", "director:/overview", "designer:/practices", "designer:/practices/2.2.3", "implementer:/people"];

const [folder, ...wanted] = process.argv.slice(2);
if (!folder) {
  console.error("node shots.mjs FOLDER [PERSONA:PATH ...]");
  process.exit(2);
}
await mkdir(folder, { recursive: true });
const { url, stop } = await server();
const browser = await launch();
try {
  for (const size of Object.keys(SIZES)) {
    for (const theme of ["light", "dark"]) {
      const signedIn = new Map();
      for (const entry of wanted.length ? wanted : USUAL) {
        const [persona, path] = entry.split(/:(.*)/s);
        if (!signedIn.has(persona)) {
          const one = await visitor(browser, url, { size, theme });
          one.expects(403, 404);
          signedIn.set(persona, persona === "nobody" ? one : await one.signIn(persona));
        }
        const { page } = signedIn.get(persona);
        await page.goto(path);
        const name = `${persona}${path}`.replace(/[^a-z0-9.-]+/gi, "-").replace(/-$/, "");
        await page.screenshot({ path: join(folder, `${name}.${SIZES[size].width}.${theme}.png`), fullPage: true });
      }
      for (const one of signedIn.values()) {
        one.problems().forEach((problem) => console.error(problem));
        await one.context.close();
      }
    }
  }
} finally {
  await browser.close();
  await stop();
}
