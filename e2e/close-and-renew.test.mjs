// How a year with a partner ends: renewed and undone, closed with care and taken up again, read by the partner on a phone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { violations } from "./lib/axe.mjs";
import { visitors } from "./lib/visitors.mjs";

const newVisitor = visitors();

const arrive = async (persona, options) => (await newVisitor(options)).signIn(persona);

const isSound = async (page) => assert.deepEqual(await violations(page), []);

/** How far a page's content reaches beyond its width. */
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

const button = (page, name) => page.getByRole("button", { name, exact: true });

const toast = (page, words) => page.getByRole("status").getByText(words).first().waitFor();

/** Opens the end of a partnership's present year, and begins it where nobody did. */
async function open(page, partnership) {
  await page.goto(`/partnerships/${partnership}/close-and-renew`);
  await page.getByRole("link", { name: /^Open/ }).first().click();
  await page.getByRole("heading", { level: 1, name: /^Close and renew: our/ }).waitFor();
  const begin = button(page, "Begin close and renew").first();
  if (await begin.count()) await begin.click();
  await page.getByRole("heading", { name: "Where we are" }).waitFor();
  return new URL(page.url()).pathname;
}

test("chief, desktop: writes the end of a year, renews it, and undoes that", async () => {
  const chief = await arrive("chief");
  const { page } = chief;
  const year = await open(page, "garnet-hill");
  await isSound(page);
  await page.getByRole("link", { name: /^Write ?: What must not be lost/ }).click();
  const routine = page.getByRole("group", { name: "Routines, 1" });
  await routine.getByLabel("Routine", { exact: true }).fill("Student work, every second Tuesday");
  await routine.getByLabel("Who holds it next year").fill("The grade 3 team");
  await routine.getByLabel("Is it safe?").selectOption("Could be lost");
  await isSound(page);
  await button(page, "Save").click();
  await toast(page, "Saved.");
  await page.getByText("One of 1: could be lost. Who could take it?").waitFor();
  await page.getByRole("button", { name: /^It is done ?: We looked back together/ }).click();
  await page.getByText(/^1 of \d+ ticked\.$/).waitFor();

  await page.getByLabel("Our vision for the next year").fill("Students ask one another first.");
  await button(page, "Renew the partnership").click();
  await page.getByRole("heading", { name: "We renew", exact: true }).waitFor();
  await page.getByText("Students ask one another first.").waitFor();
  await isSound(page);
  await page.goto("/partnerships/garnet-hill");
  await page.getByRole("region", { name: "Close and renew" }).getByText("Students ask one another first.").waitFor();
  await page.goto(year);
  await button(page, "Undo the renewal").click();
  await toast(page, "Undone.");
  await button(page, "Renew the partnership").waitFor();
  await chief.leave();
});

test("director and partner, desktop, phone and no scripts: it is closed with care, taken along, and taken up again", async () => {
  const chief = await arrive("chief");
  const { page } = chief;
  const year = await open(page, "linden-grove");
  const denise = await arrive("partner", { size: "phone", scripts: false });
  await denise.page.goto(year);
  await denise.page.getByRole("heading", { name: "What changed?" }).waitFor();
  assert.ok((await overflow(denise.page)) <= 0, "the page scrolls sideways on a phone");
  assert.equal(await denise.page.getByText("Ours alone").count(), 0);
  const [files] = await Promise.all([
    denise.page.waitForEvent("download"),
    denise.page.getByRole("link", { name: "Download them (ZIP)" }).click(),
  ]);
  assert.match(files.suggestedFilename(), /^linden-grove-.*\.zip$/);

  chief.expects(422, 403);
  denise.expects(404);
  await page.getByLabel("Why does it end?").fill("The team runs itself.");
  await button(page, "Close the partnership").click();
  await page.getByText("Points are open. Tick them above").first().waitFor();
  assert.equal(await page.getByLabel("Why does it end?").inputValue(), "The team runs itself.");
  await isSound(page);
  await page.getByLabel("We close all the same").check();
  await button(page, "Close the partnership").click();
  await page.getByRole("heading", { name: "We closed with care" }).waitFor();
  await isSound(page);
  assert.equal((await page.goto("/partnerships/linden-grove/edit")).status(), 403);
  assert.equal((await denise.page.goto("/partnerships/linden-grove")).status(), 404, "she is an alumna now");
  await denise.page.goto("/people/denise-oyelaran");
  await denise.page.getByText(/^Alumnus of our work with Linden Grove/).waitFor();

  await page.goto(year);
  await page.getByText("It was closed by mistake").click();
  await page.getByLabel("Why does it go on?").fill("We tried the button.");
  await button(page, "Take it up again").click();
  await toast(page, "goes on");
  assert.equal((await denise.page.goto("/partnerships/linden-grove")).status(), 200);
  await denise.leave();
  await chief.leave();
});
