// Bringing files in: columns of one's own, a row that can't be read, a file that can't be opened, and all of it without scripts.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { overflow, violations } from "./lib/axe.mjs";
import { SIZES } from "./lib/browser.mjs";
import { visitors } from "./lib/visitors.mjs";

const newcomer = visitors();

const csv = (name, text) => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });

/** What a machine can see of the page, light on a desktop and dark on a phone, and whether it stays within its width. */
async function isSound(page) {
  const found = [];
  for (const [size, colorScheme] of [["desktop", "light"], ["phone", "dark"]]) {
    await page.setViewportSize(SIZES[size]);
    await page.emulateMedia({ colorScheme });
    found.push(...(await violations(page)));
  }
  for (const width of [320, 390, 1280]) found.push(...(await overflow(page, width)));
  assert.deepEqual(found, [], page.url());
}

async function choose(page, kind, file) {
  await page.goto(`/imports/kinds/${kind}`);
  await page.getByLabel("Your file").setInputFiles(file);
  await page.getByRole("button", { name: "Look at this file" }).click();
}

for (const scripts of [true, false]) {
  test(`operator: brings people in from a file with columns of its own${scripts ? "" : ", without scripts"}`, async () => {
    const one = await (await newcomer({ scripts })).signIn("operator");
    one.expects(422);
    const { page } = one;
    const name = `Nia ${scripts ? "Newcomb" : "Oakes"}`;
    const mail = `${name.toLowerCase().replace(" ", ".")}@example.org`;
    await choose(page, "people", csv("people.csv", `Mail;Called;Type;Does\n${mail};${name};staff;Coach\n`));
    await page.getByRole("heading", { name: "Which column is which?" }).waitFor();
    if (scripts) await isSound(page);
    await page.getByLabel("Called goes to").selectOption("-");
    await page.getByRole("button", { name: "Look at what would happen" }).click();
    await page.getByRole("alert").getByText(/Which column holds name/).waitFor();
    await page.getByLabel("Mail goes to").selectOption("person");
    await page.getByLabel("Called goes to").selectOption("name");
    await page.getByLabel("Does goes to").selectOption("title");
    await page.getByRole("button", { name: "Look at what would happen" }).click();
    await page.getByText("1 new row").click();
    await page.getByText(`Row 2: ${name}`).waitFor();
    if (scripts) await isSound(page);
    await page.getByRole("button", { name: "Bring in 1 row" }).click();
    await page.getByRole("heading", { level: 1, name: "1 row is in" }).waitFor();
    if (scripts) await isSound(page);
    await page.getByRole("link", { name: "The line in the audit log" }).click();
    await page.getByRole("row").filter({ hasText: "people from people.csv" }).first().waitFor();
    await page.goto("/people?q=nia");
    await page.getByRole("link", { name }).waitFor();
    await one.leave();
  });
}

test("implementer: brings tracker entries in, leaves out a row that can't be read, and gets it as a file", async () => {
  const one = await (await newcomer({ size: "phone" })).signIn("implementer");
  const { page } = one;
  const { year, author, day } = await page.evaluate(() => {
    const now = new Date();
    const begins = now.getMonth() >= 7 ? now.getFullYear() : now.getFullYear() - 1;
    return { year: `${begins}-${String(begins + 1).slice(2)}`, author: "amara.osei@example.org", day: new Date(now - 3_600_000).toISOString().slice(0, 19) + "Z" };
  });
  const row = (key, code, status) => `${key},linden-grove,${year},1,${code},${status},,,Seen on Tuesday,${author},${day}`;
  const text = ["entry,partnership,school_year,cycle,practice,status,quality,reason,note,author,entered_at", row("b1", "1.2.1", "In progress!"), row("b2", "9.9.9", "under_way")].join("\n");
  await choose(page, "tracker", csv("tracker.csv", text));
  const odd = page.getByLabel(/In progress!/);
  if (await odd.count()) {
    await odd.selectOption("under_way");
    await isSound(page);
  }
  await page.getByRole("button", { name: "Look at what would happen" }).click();
  await page.getByText("Row 3, practice").first().waitFor();
  const status = page.getByRole("textbox", { name: "Row 2, status should say" });
  if (await status.count()) {
    await status.fill("under_way");
    await page.getByRole("button", { name: "Look again with my answers" }).click();
    await page.getByText("1 row needs you").waitFor();
  }
  await isSound(page);
  await page.getByRole("checkbox", { name: /Leave out/ }).check();
  await page.getByRole("button", { name: "Bring in 1 row" }).click();
  await page.getByRole("heading", { level: 1, name: "1 row is in" }).waitFor();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download what was left out" }).click()]);
  const kept = await readFile(await file.path(), "utf8");
  assert.ok(kept.includes("9.9.9") && !kept.includes("1.2.1"), kept);
  await page.goBack();
  await page.reload();
  await one.leave();
});

test("implementer: a large file is looked at, and comes in, while the page waits by itself", async () => {
  const one = await (await newcomer()).signIn("implementer");
  const { page } = one;
  const { year, day } = await page.evaluate(() => {
    const now = new Date();
    const begins = now.getMonth() >= 7 ? now.getFullYear() : now.getFullYear() - 1;
    return { year: `${begins}-${String(begins + 1).slice(2)}`, day: new Date(now - 3_600_000).toISOString().slice(0, 19) + "Z" };
  });
  const row = (_, number) => `large-${number},linden-grove,${year},1,1.2.1,under_way,${"What we saw. ".repeat(150)},${day}`;
  const text = ["entry,partnership,school_year,cycle,practice,status,note,entered_at", ...Array.from({ length: 1200 }, row)].join("\n");
  await choose(page, "tracker", csv("large.csv", text));
  await page.getByRole("button", { name: "Look at what would happen" }).click();
  await page.getByRole("heading", { name: "We are looking at it" }).waitFor();
  await isSound(page);
  await page.getByRole("button", { name: "Bring in 1200 rows" }).click();
  await page.getByRole("heading", { level: 1, name: "1200 rows are in" }).waitFor();
  await one.leave();
});

test("operator: is told what to do with a file that can't be opened", async () => {
  const one = await (await newcomer()).signIn("operator");
  one.expects(422);
  const { page } = one;
  await choose(page, "people", { name: "people-final.xls", mimeType: "application/vnd.ms-excel", buffer: Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0]) });
  await page.getByRole("alert").getByRole("heading", { name: "We could not open this file" }).waitFor();
  await isSound(page);
  await one.leave();
});
