// The next version of the practices: drafted on a phone without scripts, talked through, approved, published from a day to come.

import assert from "node:assert/strict";
import { test } from "node:test";
import { violations } from "./lib/axe.mjs";
import { visitors } from "./lib/visitors.mjs";

const newVisitor = visitors();
const DRAFT = "/practices/draft";

/** How far a page's content reaches beyond its width. */
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Signed in, with whatever goes wrong in the pages as a failure. */
async function as(persona, act, options) {
  const one = await newVisitor(options);
  await one.signIn(persona);
  await act(one.page);
  await one.leave();
}

/** Nothing for axe-core to find, and nothing beyond the page's width. */
async function sound(page, what) {
  assert.deepEqual(await violations(page), [], what);
  assert.ok((await overflow(page)) <= 0, `${what} scrolls sideways`);
}

/** Opens a practice of the draft. */
async function open(page, code) {
  await page.goto(DRAFT);
  const kept = page.locator("details", { hasText: /stays? as/ }).first();
  if (!(await kept.evaluate((details) => details.open))) await kept.locator("summary").click();
  await kept.locator("li", { hasText: code }).getByRole("link").first().click();
  await page.getByRole("heading", { level: 1, name: new RegExp(code.replaceAll(".", "\\.")) }).waitFor();
}

test("chief, phone, no scripts: begins a draft, rewords, splits, retires, undoes", async () => {
  await as(
    "chief",
    async (page) => {
      await page.goto("/practices/versions");
      await page.getByLabel("What is it for?").fill("What October's calibration taught us.");
      await page.getByRole("button", { name: "Begin the draft" }).click();
      await page.getByText("Nothing differs yet.").waitFor();

      await open(page, "2.2.3");
      await page.getByLabel("Wording", { exact: true }).first().fill("Set a coaching goal with each coachee, in their own words");
      await page.getByLabel("Why does it change?").fill("Half of us wrote it for them.");
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("1 reworded").waitFor();

      await open(page, "1.2.3");
      await page.getByText("Split it", { exact: true }).first().click();
      await page.locator("#split-code-2").fill("1.2.9");
      await page.locator("#split-title-2").fill("Set a goal with each leader");
      await page.locator("#split-good-2").fill("Each leader names one.");
      await page.locator("#split-reason").fill("Two practices in a coat.");
      await page.getByRole("button", { name: "Split it" }).click();
      await page.getByText("1 reworded, 1 split").waitFor();

      await open(page, "1.1.4");
      await page.getByText("Retire it", { exact: true }).first().click();
      await page.locator("#retire-reason").fill("Done everywhere, used nowhere.");
      await page.getByRole("button", { name: "Retire it" }).click();
      await page.getByText("1 reworded, 1 split, 1 retired").waitFor();
      await page.getByRole("button", { name: /^Undo\s*: 1\.1\.4/ }).click();
      await page.getByText(/1 reworded, 1 split\./).waitFor();
      assert.ok((await overflow(page)) <= 0, "the draft scrolls sideways on a phone");
    },
    { size: "phone", scripts: false },
  );
});

test("implementer proposes words; the chief takes them in with one click; both pages are sound", async () => {
  await as(
    "implementer",
    async (page) => {
      await open(page, "3.2.3");
      await page.getByLabel("What would you ask before we settle this?").fill("In networks two days are too few.");
      await page.getByText("Propose other words", { exact: true }).click();
      await page.locator("#say-title").fill("Observe and answer within three days");
      await page.getByRole("button", { name: "Say it" }).click();
      await page.getByText("Waits for those who draft.").waitFor();
      await sound(page, "the page of a practice of the draft");
      await page.goto(DRAFT);
      await sound(page, "the draft, for somebody who reads it");
    },
    { size: "phone" },
  );
  await as("chief", async (page) => {
    await open(page, "3.2.3");
    await sound(page, "the page of a practice of the draft, for those who write it");
    await page.getByRole("button", { name: /^Take these words in/ }).click();
    await page.getByText(/2 reworded, 1 split/).waitFor();
    await page.goto(`${DRAFT}/addition`);
    await sound(page, "the form of a new practice");
  });
});

test("a director and the chief approve it, and it goes out from a day to come", async () => {
  const approve = async (page) => {
    await page.goto(DRAFT);
    await page.getByLabel("What did you look at?").fill("Every change names what it answers.");
    await page.getByRole("button", { name: "Approve it as it stands" }).click();
    await page.getByText("“Every change names what it answers.”").first().waitFor();
  };
  await as("director", approve);
  await as("chief", async (page) => {
    await approve(page);
    await sound(page, "the draft before it goes out");
    const soon = new Date(Date.now() + 14 * 86_400_000).toISOString().slice(0, 10);
    await page.getByLabel("Use it from").fill(soon);
    await page.getByRole("button", { name: "Publish version 2" }).click();
    await page.waitForURL((to) => to.pathname === "/practices/versions");
    await sound(page, "the versions");
    await page.getByRole("link", { name: "Compare any two versions" }).click();
    await page.getByText("Two practices in a coat.").waitFor();
    await sound(page, "two versions side by side");
  });
  // The demo's day lies in the middle of its school year, and so does the version's.
  await as(
    "director",
    async (page) => {
      await page.goto("/practices/versions");
      await page.getByRole("link", { name: /^Who moves over/ }).click();
      await page.getByRole("heading", { level: 2, name: /^All of \d+ partnerships move over\.$/ }).waitFor();
      await sound(page, "who moves over, on a phone");
      await page.getByLabel(/^Stays on version 1: Linden Grove/).check();
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByRole("heading", { level: 2, name: /^1 of \d+ partnerships finish the year on version 1\.$/ }).waitFor();
      await page.getByLabel(/^Stays on version 1: Linden Grove/).uncheck();
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByRole("heading", { level: 2, name: /^All of \d+ partnerships move over\.$/ }).waitFor();
    },
    { size: "phone" },
  );
  await as(
    "partner",
    async (page) => {
      await page.goto("/practices/comparison");
      await page.getByText("Half of us wrote it for them.").first().waitFor();
      await sound(page, "two versions side by side, on a phone");
    },
    { size: "phone" },
  );
});
