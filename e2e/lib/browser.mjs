// One browser, and visitors who use it: each with cookies of their own, each noting whatever goes wrong in their pages.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import { PERSONAS } from "./people.mjs";

const PROGRAM = process.env.EVERBETTER_CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

export const SIZES = {
  desktop: { width: 1280, height: 900 },
  phone: { width: 390, height: 844 },
};

export const launch = () =>
  chromium.launch({
    executablePath: PROGRAM,
    // The sandbox does not work for root in a container; the rest keeps the browser from asking the world anything.
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });

/** Somebody with a browser of their own. `scripts: false` turns JavaScript off; `storageState` takes over a sign-in. */
export async function visitor(browser, url, { size = "desktop", theme = "light", scripts = true, storageState } = {}) {
  const context = await browser.newContext({
    baseURL: url,
    viewport: SIZES[size],
    hasTouch: size === "phone",
    isMobile: size === "phone",
    colorScheme: theme,
    // A page's soft change to the next one, cut short by a hurried visitor, would count as an error, and colours on their way as too faint.
    reducedMotion: "reduce",
    javaScriptEnabled: scripts,
    storageState,
    serviceWorkers: "block",
    locale: "en-GB",
  });
  context.setDefaultTimeout(15_000);
  const problems = [];
  const expected = new Set();
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) =>
      console.error(`The content policy stops ${event.violatedDirective} ${event.blockedURI} at ${event.sourceFile ?? ""}:${event.lineNumber}`),
    );
  });
  context.on("weberror", (error) => problems.push(`a script fails: ${error.error()} ${error.error().stack ?? ""}`));
  context.on("console", (message) => {
    // What the server answered is looked at below, where a status can be expected.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) problems.push(`console: ${message.text()}`);
  });
  context.on("request", (request) => {
    const to = new URL(request.url());
    if (!["data:", "blob:"].includes(to.protocol) && to.origin !== url) problems.push(`a request to another host: ${to}`);
  });
  context.on("response", (response) => {
    if (response.status() >= 400 && !expected.has(response.status())) problems.push(`${response.status()} from ${response.request().method()} ${response.url()}`);
  });
  const page = await context.newPage();
  return {
    context,
    page,
    size,
    /** Lets this status be answered from now on without counting as a problem. */
    expects: (...statuses) => statuses.forEach((status) => expected.add(status)),
    /** What went wrong so far; empties the list. */
    problems: () => problems.splice(0),
    /** Chooses a persona on the sign-in page. */
    async signIn(persona) {
      await page.goto("/sign-in");
      await page.getByRole("button", { name: PERSONAS[persona] }).click();
      await page.waitForURL((to) => to.pathname !== "/sign-in");
      return this;
    },
    /** Ends the visit; whatever went wrong in it fails the test. */
    async leave() {
      await context.close();
      assert.deepEqual(problems, [], "nothing goes wrong in the pages");
    },
  };
}
