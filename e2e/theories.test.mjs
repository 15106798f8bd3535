// A theory of action: sixty nodes on a phone and on a desk, one written without scripts, two versions side by side.

import assert from "node:assert/strict";
import { test } from "node:test";
import { visitors } from "./lib/visitors.mjs";

const newVisitor = visitors();
const THEORY = "/partnerships/tern-island/theory";
const DRAFT = `${THEORY}/draft`;

/** Signed in, with whatever goes wrong in the pages as a failure. */
async function as(persona, act, options) {
  const one = await newVisitor(options);
  await one.signIn(persona);
  await act(one.page);
  await one.leave();
}

/** How far a page's content reaches beyond its width. */
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Adds a node by the form that the address opens. */
async function add(page, kind, parent, fields) {
  await page.goto(`${DRAFT}?add=${kind}${parent ? `&parent=${parent}` : ""}#edit`);
  for (const [name, value] of Object.entries(fields)) await page.locator(`[name="${name}"]`).fill(value);
  await page.getByRole("button", { name: "Add it" }).click();
  await page.waitForURL((to) => to.pathname === DRAFT && !to.search);
}

test("chief, phone, no scripts: writes a version of sixty nodes and puts it out", async () => {
  await as(
    "chief",
    async (page) => {
      await page.goto(THEORY);
      await page.getByRole("link", { name: /Write the next version|Go on with the draft/ }).click();
      await page.getByRole("radio", { name: "The empty template" }).check();
      await page.getByRole("button", { name: "Begin the draft" }).click();
      await page.getByRole("heading", { level: 1, name: /Draft of version/ }).waitFor();
      await add(page, "aim", "", { text: "By June, 60 per cent of our students read at benchmark.", students: "Multilingual learners" });
      for (let change = 1; change <= 4; change += 1) {
        await add(page, "change", "A1", { text: `Change ${change}: every teacher looks at student work with somebody else.`, practices: "2.2.3" });
        for (let below = 1; below <= 13; below += 1) {
          await add(page, "condition", `C${change}`, { text: `Condition ${below} of change ${change}, with a-rather-long-word-that-may-not-push-the-page-apart.` });
        }
      }
      await add(page, "context", "", { text: "Half of the staff is new." });
      await add(page, "voices", "", { text: "The leadership team, with two families." });
      await add(page, "equity", "", { text: "The gap closes if the first change holds." });
      assert.equal(await page.locator(".driver .node").count(), 57, "an aim, four changes, 52 conditions; three texts beside them");
      assert.ok((await overflow(page)) <= 0, "the draft scrolls sideways on a phone");

      await page.locator("#node-C1").getByRole("link", { name: /^Change/ }).first().click();
      await page.getByLabel("What it says").fill("Change 1, reworded.");
      await page.getByRole("button", { name: "Save" }).click();
      await page.locator("#node-C1", { hasText: "Change 1, reworded." }).waitFor();

      await page.getByLabel("Why does it differ?").fill("We asked families what helps.");
      await page.getByRole("button", { name: /^Put version/ }).click();
      await page.waitForURL((to) => to.pathname === THEORY);
      assert.ok((await overflow(page)) <= 0, "sixty nodes scroll sideways on a phone");

      await page.goto(`${THEORY}/comparison`);
      await page.getByText("We asked families what helps.").waitFor();
      assert.ok((await overflow(page)) <= 0, "the comparison scrolls sideways on a phone");
    },
    { size: "phone", scripts: false },
  );
  await as(
    "chief",
    async (page) => {
      await page.goto(THEORY);
      await page.locator("#node-C1", { hasText: "Change 1, reworded." }).waitFor();
      assert.ok((await overflow(page)) <= 0, "sixty nodes scroll sideways on a desk");
    },
    { size: "desktop" },
  );
});

test("implementer, desktop: answers whether we are on track, and the partner reads it", async () => {
  const why = `Two of three meetings held, said at ${new Date().toISOString()}`;
  await as("implementer", async (page) => {
    await page.goto("/partnerships/linden-grove/theory");
    await page.getByRole("link", { name: "Are we on track with it?" }).click();
    await page.getByRole("radio", { name: "Partly" }).check();
    await page.getByLabel("What makes you say so?").fill(why);
    await page.getByRole("button", { name: "Keep this answer" }).click();
    await page.getByText(why).waitFor();
  });
  await as("partner", async (page) => {
    await page.goto("/partnerships/linden-grove/theory/progress");
    await page.getByText(why).waitFor();
  });
});
