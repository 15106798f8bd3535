// Two people at the same cell, and going back after saving.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PERSONAS } from "./lib/people.mjs";
import { TRACKER, cell, comesTo, fill, form, history, record, toast } from "./lib/tracker.mjs";
import { visitors } from "./lib/visitors.mjs";

const newVisitor = visitors();

const arrive = async (persona, options) => {
  const one = await (await newVisitor(options)).signIn(persona);
  await one.page.goto(TRACKER);
  return one;
};

test("two people record the same cell at once: both entries stay, the newest shows", async () => {
  const amara = await arrive("implementer", { size: "phone" });
  const rosalind = await arrive("supervisor");
  const stamp = Date.now();
  await fill(amara.page, "3.1.1", 1, { status: "Enacted", quality: /Done with our lead/, note: `Amara saw it, ${stamp}` });
  await fill(rosalind.page, "3.1.1", 1, { status: "Enacted", quality: /Done together/, note: `Rosalind saw it, ${stamp}` });
  await form(amara.page).getByRole("button", { name: "Save" }).click();
  await toast(amara.page).getByText(/Saved/).waitFor();
  await form(rosalind.page).getByRole("button", { name: "Save" }).click();
  await toast(rosalind.page).getByText(/Saved/).waitFor();

  for (const { page } of [amara, rosalind]) {
    await page.goto(TRACKER);
    await cell(page, "3.1.1", 1).click();
    const mine = history(page).filter({ hasText: String(stamp) });
    await mine.nth(1).waitFor();
    const lines = await mine.allTextContents();
    assert.equal(lines.length, 2);
    assert.match(lines[0], /Rosalind saw it/, "the newest comes first");
    assert.match(lines[1], /Amara saw it/);
    await comesTo(page, "3.1.1", 1, "Enacted");
  }
  assert.match((await history(amara.page).first().textContent()), new RegExp(PERSONAS.supervisor), "who wrote it stands beside it");
  await amara.leave();
  await rosalind.leave();
});

for (const scripts of [true, false]) {
  test(`going back after saving sends nothing again, ${scripts ? "with" : "without"} scripts`, async () => {
    const amara = await arrive("implementer", { scripts });
    const { page } = amara;
    const note = `Only once, ${scripts}, ${Date.now()}`;
    const sent = [];
    page.on("request", (request) => request.method() === "POST" && sent.push(request.url()));
    await record(page, "1.2.1", 1, { status: "Under way", note });
    await toast(page).getByText(/Saved/).waitFor();
    await page.goBack();
    await page.goForward();
    await page.reload();
    await page.goto(TRACKER);
    await cell(page, "1.2.1", 1).click();
    await history(page).filter({ hasText: note }).first().waitFor();
    assert.equal(await history(page).filter({ hasText: note }).count(), 1);
    assert.equal(sent.filter((url) => url.endsWith("/entries")).length, 1);
    await amara.leave();
  });
}

test("a second click while saving adds nothing", async () => {
  const amara = await arrive("implementer", { scripts: false });
  const { page } = amara;
  const note = `Two clicks, ${Date.now()}`;
  await fill(page, "1.2.3", 1, { status: "Under way", note });
  await form(page).getByRole("button", { name: "Save" }).dblclick();
  await toast(page).getByText(/Saved/).waitFor();
  await page.goto(TRACKER);
  await cell(page, "1.2.3", 1).click();
  await history(page).filter({ hasText: note }).first().waitFor();
  assert.equal(await history(page).filter({ hasText: note }).count(), 1);
  await amara.leave();
});
