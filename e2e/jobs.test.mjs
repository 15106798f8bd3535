// Each persona's main job, on a desktop and on a phone; one with the keyboard alone, one without scripts.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { PERSONAS } from "./lib/people.mjs";
import { TRACKER, cell, comesTo, fill, form, history, record, stands, toast } from "./lib/tracker.mjs";
import { visitors } from "./lib/visitors.mjs";

const newVisitor = visitors();

/** A test with a signed-in persona; whatever goes wrong in the pages fails it. */
function job(persona, size, words, act, options = {}) {
  test(`${persona}, ${size}: ${words}`, async () => {
    const one = await newVisitor({ size, ...options });
    await one.signIn(persona);
    try {
      await act(one.page, one);
    } catch (error) {
      error.stack += `\n  on ${one.page.url()}\n  ${one.problems().join("\n  ")}`;
      await one.context.close();
      throw error;
    }
    await one.leave();
  });
}

/** Goes to one of the places of the main navigation. */
const go = (page, place) => page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: place, exact: true }).click();

const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();

/** A sentence that nobody else writes in this run. */
const sentence = (words) => `${words}, seen at ${new Date().toISOString()}`;

// Two practices that are due in the demo's present, since what was recorded once is due no more.
for (const [size, code] of [["desktop", "2.2.3"], ["phone", "3.2.4"]]) {
  describe(size, () => {
    let note;

    job("implementer", size, "records what took hold, takes it back, and records it again", async (page) => {
      await heading(page, /Amara/);
      const move = page.getByRole("region", { name: /could move along/i }).or(page.locator("section", { hasText: /could move along/i })).first();
      await move.waitFor();
      await move.getByRole("link", { name: `Update ${code}` }).first().click();
      await page.waitForURL((to) => to.pathname === TRACKER);
      await form(page).waitFor();

      note = sentence("All three have a goal and a day for it");
      const entry = { status: "Enacted", quality: /Done together/, note };
      const before = await stands(page, code, 1);
      await record(page, code, 1, entry);
      await toast(page).getByText(`Saved. ${code} is enacted.`).waitFor();
      await comesTo(page, code, 1, "Enacted: done together");

      await toast(page).getByRole("button", { name: "Undo" }).click();
      await comesTo(page, code, 1, before);

      await record(page, code, 1, entry);
      await comesTo(page, code, 1, "Enacted: done together");
      await history(page).filter({ hasText: note }).first().waitFor();
    });

    job("director", size, "finds what the implementer recorded", async (page) => {
      await go(page, "Partnerships");
      await heading(page, "Partnerships");
      await page.getByRole("searchbox", { name: "Name" }).fill("linden");
      await page.getByRole("button", { name: "Show", exact: true }).click();
      await page.getByRole("link", { name: /^Linden Grove/ }).click();
      await page.getByRole("navigation", { name: /Linden Grove/ }).getByRole("link", { name: /tracker/i }).click();
      await cell(page, code, 1).click();
      await history(page).filter({ hasText: note }).filter({ hasText: PERSONAS.implementer }).first().waitFor();

      await page.goto(`/practices/${code}`);
      await page.getByRole("main").getByText("Linden Grove").first().waitFor();
    });

    job("supervisor", size, "reads how the work at one of their partnerships has moved", async (page) => {
      await page.goto("/partnerships");
      await page.getByRole("combobox", { name: "Supervisor" }).selectOption({ label: PERSONAS.supervisor });
      await page.getByRole("button", { name: "Show", exact: true }).click();
      const names = await page.getByRole("table").getByRole("rowheader").allTextContents();
      assert.ok(names.some((name) => name.includes("Juniper Hill")) && names.length < 20, `those of one supervisor: ${names}`);
      await page.getByRole("link", { name: /^Linden Grove/ }).click();
      await page.getByRole("navigation", { name: /Linden Grove/ }).getByRole("link", { name: /tracker/i }).click();
      // Written two weeks before the demo's week: on its Monday much of that week lies ahead.
      await cell(page, "2.1.2", 1).click();
      await history(page).filter({ hasText: "Marcus found 6 hours a month" }).first().waitFor();
    });

    job("evaluator", size, "narrows the overview down and takes the figures along", async (page) => {
      await page.goto("/overview");
      const all = await page.getByRole("main").textContent();
      // On a phone the choices are folded away.
      const folded = page.locator("main details:not([open]) > summary").first();
      if (await folded.isVisible()) await folded.click();
      await page.getByRole("combobox", { name: /model/i }).first().selectOption({ label: "Intensive" });
      const show = page.getByRole("button", { name: /^Show/ }).first();
      if (!page.url().includes("model=")) await show.click();
      await page.waitForURL(/model=intensive/);
      assert.notEqual(await page.getByRole("main").textContent(), all);
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /CSV/ }).first().click()]);
      const lines = (await readFile(await download.path(), "utf8")).trim().split("\r\n");
      assert.ok(lines.length > 1, "a head and at least one line");
      assert.ok(lines.slice(1).every((line) => !/Problem-of-Practice/.test(line)), "only what was asked for");

      await page.goto(TRACKER);
      await cell(page, code, 1).click();
      await history(page).first().waitFor();
      assert.equal(await form(page).count(), 0, "who does not work there only reads");
    });

    job("designer", size, "sees which very important practices come up in a month", async (page) => {
      await go(page, "Practices");
      await heading(page, /practice/i);
      const count = async () => new Set(await page.getByRole("main").locator("a[href^='/practices/']").evaluateAll((links) => links.map((link) => link.getAttribute("href")))).size;
      const all = await count();
      await page.goto("/practices?month=11");
      const month = await count();
      await page.goto("/practices?month=11&vip=1");
      const vips = await count();
      assert.ok(all > month && month > vips && vips > 0, `${all} practices, ${month} in a month, ${vips} of them VIPs`);
    });

    job("chief", size, "looks at both regions", async (page) => {
      await page.goto("/overview");
      const text = await page.getByRole("main").innerText();
      assert.match(text, /Lakes/);
      assert.match(text, /Coastal/);
      assert.match(text, /\d+ of \d+/, "shares come with their counts");
    });

    job("partner", size, "sees the own partnership and no other", async (page, one) => {
      await heading(page, /Denise/);
      await page.goto("/partnerships/linden-grove");
      await heading(page, /Linden Grove/);
      await page.goto("/partnerships");
      assert.doesNotMatch(await page.getByRole("main").innerText(), /Juniper Hill|Harbor Street/);
      one.expects(404);
      for (const path of ["/partnerships/juniper-hill", "/partnerships/juniper-hill/tracker", "/sites/juniper-hill"]) {
        assert.equal((await page.goto(path)).status(), 404, path);
      }
    });

    job("alumnus", size, "sees the own page, and no partnership", async (page, one) => {
      await page.goto("/people/harriet-lowell");
      await heading(page, "Harriet Lowell");
      const places = await page.getByRole("navigation", { name: "Main" }).getByRole("link").allTextContents();
      assert.ok(!places.some((place) => place.includes("Partnerships")), places.join());
      one.expects(404);
      assert.equal((await page.goto("/partnerships/linden-grove")).status(), 404);
    });

    job("operator", size, "finds the entry in the audit log", async (page) => {
      await page.goto("/audit");
      await page.getByRole("table").getByRole("row").filter({ hasText: PERSONAS.implementer }).filter({ hasText: /Linden Grove/ }).first().waitFor();
      await page.goto("/operator");
      await page.getByRole("region", { name: "Jobs" }).getByText("Done today").waitFor();
    });

    for (const persona of Object.keys(PERSONAS)) {
      job(persona, size, persona === "alumnus" ? "finds no partnership with one shortcut" : "finds Linden Grove with one shortcut", async (page) => {
        await page.keyboard.press("Control+k");
        await page.getByRole("combobox", { name: /Search/ }).fill("linden gro");
        const found = page.getByRole("option", { name: /^Linden Grove/ }).first();
        if (persona === "alumnus") {
          await page.getByRole("option", { name: /All results/ }).waitFor();
          assert.equal(await found.count(), 0);
          return;
        }
        await found.waitFor();
        await page.keyboard.press("Enter");
        await page.waitForURL(/linden-grove/);
      });
    }
  });
}

job(
  "implementer",
  "desktop",
  "records without scripts, and puts a mistake right",
  async (page) => {
    await page.goto(TRACKER);
    const note = sentence("The calendar hangs in the staff room");
    const before = await stands(page, "2.1.1", 1);
    await fill(page, "2.1.1", 1, { status: "Enacted", quality: /Theirs/, note });
    await form(page).getByRole("button", { name: "Save" }).click();
    await toast(page).getByText(/Saved\. 2\.1\.1/).waitFor();
    await comesTo(page, "2.1.1", 1, "Enacted: theirs");
    await toast(page).getByRole("button", { name: "Undo" }).click();
    await comesTo(page, "2.1.1", 1, before);
    await fill(page, "2.1.1", 1, { status: "Enacted", quality: /Done together/, note });
    await form(page).getByRole("button", { name: "Save" }).click();
    await comesTo(page, "2.1.1", 1, "Enacted");
    await history(page).filter({ hasText: note }).first().waitFor();
  },
  { scripts: false },
);

job(
  "implementer",
  "phone",
  "is told beside the field what is missing, without scripts, and keeps what was typed",
  async (page, one) => {
    one.expects(422);
    await page.goto(TRACKER);
    await fill(page, "1.1.4", 1, { status: "Not applicable", note: "We asked Denise" });
    await form(page).getByRole("combobox", { name: /Why/ }).selectOption({ index: 0 });
    await form(page).getByRole("button", { name: "Save" }).click();
    await page.locator("#edit .error").first().waitFor();
    assert.equal(await form(page).getByRole("textbox").inputValue(), "We asked Denise");
    assert.ok(await form(page).getByRole("radio", { name: "Not applicable", exact: true }).isChecked());
  },
  { scripts: false },
);

job("implementer", "desktop", "records with the keyboard alone", async (page) => {
  await page.goto(TRACKER);
  const focused = () => page.evaluate(() => document.activeElement.textContent.trim());
  // The grid is one stop for Tab; the arrows move inside it.
  for (let i = 0; i < 60 && !(await page.evaluate(() => document.activeElement.matches("table.tracker a.cell"))); i++) await page.keyboard.press("Tab");
  const target = /^\D*1\.1\.1, Cycle 1:/;
  await page.keyboard.press("Home");
  for (let i = 0; i < 60 && !/1\.1\.1, /.test(await focused()); i++) await page.keyboard.press("ArrowUp");
  for (let i = 0; i < 8 && !target.test(await focused()); i++) await page.keyboard.press("ArrowRight");
  assert.match(await focused(), target);
  await page.keyboard.press("Enter");
  // The form says where it is: its heading takes the focus.
  await page.waitForFunction(() => document.activeElement.closest("#edit"));
  await page.keyboard.press("Tab");
  for (let i = 0; i < 6 && !(await page.evaluate(() => document.activeElement.matches("input[name=status]"))); i++) await page.keyboard.press("Tab");
  for (let i = 0; i < 4 && !(await page.evaluate(() => document.activeElement.matches("[value=enacted]:checked"))); i++) await page.keyboard.press("ArrowDown");
  const note = sentence("The goals hang in the office");
  for (let i = 0; i < 8 && !(await page.evaluate(() => document.activeElement.matches("textarea"))); i++) await page.keyboard.press("Tab");
  await page.keyboard.type(note);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await comesTo(page, "1.1.1", 1, "Enacted");
  // Back at the cell, ready for the next one.
  await page.waitForFunction(() => document.activeElement.matches("a.cell"));
  assert.match(await focused(), /1\.1\.1, Cycle 1: Enacted/);
});
