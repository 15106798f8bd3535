// A partnership's year: moved by keyboard and without scripts, undone, added to, looked at by the partner; and all of them together.

import assert from "node:assert/strict";
import { test } from "node:test";
import { violations } from "./lib/axe.mjs";
import { visitors } from "./lib/visitors.mjs";

const newVisitor = visitors();

const arrive = async (persona, options) => (await newVisitor(options)).signIn(persona);

const isSound = async (page) => assert.deepEqual(await violations(page), []);

/** How far a page's content reaches beyond its width. */
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

const isNotTooWide = async (page) => assert.ok((await overflow(page)) <= 0, `${page.url()} scrolls sideways`);

const YEAR = "/partnerships/linden-grove/road-map";

/** A day of the school year that stands in a form, some days after the one that it holds. */
const later = (day, days) => new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);

test("implementer, keyboard and no scripts: moves an entry with a reason, and undoes it", async () => {
  const amara = await arrive("implementer", { scripts: false });
  const { page } = amara;
  await page.goto(YEAR);
  await page.getByRole("list", { name: "The year, month by month" }).getByRole("link", { name: "Half-way look at the plan" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Half-way look at the plan" }).waitFor();
  const from = await page.getByLabel("From").inputValue();
  const to = later(from, 2);
  await page.getByLabel("From").fill(to);
  await page.getByLabel("To, if it is longer than a day").fill(to);
  await page.getByLabel("Why does it change?").fill("The room is taken on that day.");
  await page.getByRole("button", { name: "Save" }).focus();
  await page.keyboard.press("Enter");
  const moved = page.getByRole("region", { name: "What has moved" });
  await moved.getByText("“The room is taken on that day.”").waitFor();
  await page.getByRole("status").getByRole("button", { name: "Undo" }).click();
  await page.getByRole("link", { name: "Half-way look at the plan" }).first().click();
  assert.equal(await page.getByLabel("From").inputValue(), from, "it stands where it stood");
  assert.equal(await page.getByRole("region", { name: "How it has moved" }).getByRole("listitem").count(), 3, "both changes are kept");
  await amara.leave();
});

test("implementer, phone: adds an entry, marks it as done, takes it off and brings it back", async () => {
  const amara = await arrive("implementer", { size: "phone" });
  const { page } = amara;
  await page.goto(YEAR);
  await isNotTooWide(page);
  await isSound(page);
  await page.getByRole("link", { name: "Add to it" }).click();
  await page.getByLabel("What it is called").fill("Reading night");
  await page.getByRole("radio", { name: "Something else" }).check();
  const today = new Date().toISOString().slice(0, 10);
  await page.getByLabel("From").fill(today);
  await isSound(page);
  await isNotTooWide(page);
  await page.getByRole("button", { name: "Add it" }).click();
  const next = page.getByRole("region", { name: "What comes next" });
  await next.getByRole("button", { name: /^Done today ?: Reading night/ }).click();
  await page.getByText("“Reading night” is done.").waitFor();
  await page.getByRole("list", { name: "The year, month by month" }).getByRole("link", { name: "Reading night" }).click();
  await page.getByLabel("Why?").fill("It was a rehearsal.");
  await page.getByRole("button", { name: "Take it off the road map" }).click();
  await page.getByText("Taken off:").waitFor();
  await page.getByRole("status").getByRole("button", { name: "Undo" }).click();
  await page.getByRole("list", { name: "The year, month by month" }).getByText("Reading night").waitFor();
  await amara.leave();
});

test("partner and director: one reads the own year, the other all of them", async () => {
  const denise = await arrive("partner", { size: "phone" });
  await denise.page.goto(YEAR);
  await denise.page.getByRole("heading", { name: "What comes next" }).waitFor();
  assert.equal(await denise.page.getByRole("link", { name: "Add to it" }).count(), 0);
  await isNotTooWide(denise.page);
  await denise.leave();

  for (const size of ["desktop", "phone"]) {
    const director = await arrive("director", { size });
    const { page } = director;
    await page.goto("/road-map");
    await page.getByRole("list", { name: "Partnerships over the year" }).getByRole("link", { name: /^Linden Grove/ }).waitFor();
    await isSound(page);
    await isNotTooWide(page);
    await page.getByLabel("Support model").selectOption({ index: 1 });
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByRole("table", { name: /done of those due/ }).waitFor();
    await page.goto("/road-map?team=all");
    await page.getByRole("link", { name: "Excel" }).waitFor();
    await isNotTooWide(page);
    await director.leave();
  }
});
