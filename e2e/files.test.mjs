// Photos and files in a cycle: a photo in two taps from a phone, evidence for a goal, and a file that can't be taken.

import assert from "node:assert/strict";
import { test } from "node:test";
import { violations } from "./lib/axe.mjs";
import { PLACE, photo } from "./lib/photos.mjs";
import { visitors } from "./lib/visitors.mjs";

const newVisitor = visitors();

const arrive = async (persona, options) => (await newVisitor(options)).signIn(persona);

const isSound = async (page) => assert.deepEqual(await violations(page), []);

const CYCLE = "/cycles/linden-grove.21.c1";

const button = (page, name) => page.getByRole("button", { name, exact: true });

const toast = (page, words) => page.getByRole("status").getByText(words).first().waitFor();

/** Waits until a picture is there, and answers its width and height. */
const seen = async (picture) => {
  await picture.scrollIntoViewIfNeeded();
  await picture.evaluate((image) => image.decode());
  return picture.evaluate((image) => [image.naturalWidth, image.naturalHeight]);
};

for (const scripts of [true, false]) {
  const how = scripts ? "" : ", without scripts";
  test(`implementer, phone: a photo of a chart goes into today's log${how}, is worded, taken out and brought back`, async () => {
    const maker = await arrive("implementer");
    const buffer = await photo(maker.page);
    await maker.leave();
    const amara = await arrive("implementer", { size: "phone", scripts });
    const { page } = amara;
    const caption = `The debrief chart, four bars up${how}`;
    await page.goto(CYCLE);
    await page.getByLabel("Photos and files").setInputFiles({ name: "IMG_2041.jpg", mimeType: "image/jpeg", buffer });
    await page.getByLabel("What do they show?").fill(caption);
    await button(page, "Note it").click();
    const small = page.getByRole("img", { name: caption, exact: true });
    assert.deepEqual(await seen(small), [360, 480], "upright");
    if (scripts) await isSound(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `the page is ${wide} wide`);

    await small.click();
    await page.getByRole("heading", { level: 1, name: "IMG_2041.jpg" }).waitFor();
    assert.deepEqual(await seen(page.getByRole("img", { name: caption, exact: true })), [1200, 1600]);
    const kept = await (await page.request.get(`${new URL(page.url()).pathname}/content`)).body();
    assert.ok(buffer.includes(PLACE) && !kept.includes(PLACE) && !kept.includes("Exif"), "nobody reads where it was taken");
    if (scripts) await isSound(page);
    await page.getByLabel("What does it show?").fill(`${caption}, week 5`);
    await button(page, "Save").click();
    await page.getByRole("img", { name: `${caption}, week 5` }).waitFor();
    await page.getByRole("region", { name: "How it was worded" }).getByText(caption).first().waitFor();

    await button(page, "Take the file out").click();
    await page.getByRole("heading", { level: 1, name: "Change the log entry" }).waitFor();
    assert.equal(await page.getByRole("img", { name: `${caption}, week 5` }).count(), 0);
    await button(page, "Undo").click();
    await page.getByRole("img", { name: `${caption}, week 5` }).waitFor();
    if (scripts) await isSound(page);
    await amara.leave();
  });
}

test("implementer, phone: a large photo gets smaller before it is sent, and stays upright", async () => {
  const amara = await arrive("implementer", { size: "phone" });
  const { page } = amara;
  const buffer = await photo(page, { width: 2400, height: 1800, noise: true });
  assert.ok(buffer.length > 1_000_000, `a photo of ${buffer.length} bytes`);
  await page.goto(CYCLE);
  await page.getByLabel("Photos and files").setInputFiles({ name: "IMG_9.jpeg", mimeType: "image/jpeg", buffer });
  await page.waitForFunction((before) => document.querySelector("#log-files").files[0].size < before, buffer.length);
  await page.getByLabel("What do they show?").fill("A chart with much grain");
  await button(page, "Note it").click();
  await page.getByRole("img", { name: "A chart with much grain", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "IMG_9.jpg" }).waitFor();
  assert.deepEqual(await seen(page.getByRole("img", { name: "A chart with much grain" })), [1536, 2048]);
  await amara.leave();
});

test("coach, phone: a photo that can't be opened leaves the words, and evidence for a goal is seen by the partner", async () => {
  const amara = await arrive("implementer", { size: "phone", theme: "dark" });
  amara.expects(422);
  const { page } = amara;
  await page.goto(CYCLE);
  await page.getByLabel("What did you notice?").fill("Two rooms debriefed on the day.");
  const heic = Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "latin1");
  await page.getByLabel("Photos and files").setInputFiles({ name: "IMG_7.HEIC", mimeType: "image/heic", buffer: heic });
  await button(page, "Note it").click();
  await page.getByRole("alert").getByText("“IMG_7.HEIC” is a photo of the kind HEIC").waitFor();
  assert.equal(await page.getByLabel("What did you notice?").inputValue(), "Two rooms debriefed on the day.");
  await isSound(page);
  await button(page, "Save").click();
  await page.getByText("Two rooms debriefed on the day.").waitFor();

  await page.getByRole("link", { name: "Add evidence for goal 1" }).click();
  const pdf = Buffer.from("%PDF-1.4\ntrailer<<>>\n%%EOF\n");
  await page.getByLabel("Add photos or files").setInputFiles({ name: "Exit tickets, week 5.pdf", mimeType: "application/pdf", buffer: pdf });
  await page.getByLabel("What do they show?").fill("31 of 40 tickets name a next step");
  await button(page, "Add them").click();
  await toast(page, "The file is there.");
  await isSound(page);
  await amara.leave();

  const denise = await arrive("partner");
  await denise.page.goto(CYCLE);
  const link = denise.page.getByRole("link", { name: "Exit tickets, week 5.pdf PDF, 27 bytes" });
  const [download] = await Promise.all([denise.page.waitForEvent("download"), link.click()]);
  assert.equal(download.suggestedFilename(), "Exit tickets, week 5.pdf");
  await denise.page.getByText("31 of 40 tickets name a next step").waitFor();
  await isSound(denise.page);
  await denise.leave();
});
