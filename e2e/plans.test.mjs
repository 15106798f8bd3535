// A learning plan: written and adjusted with a reason, carried into the next cycle, edited by the partner, and by two at once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { violations } from "./lib/axe.mjs";
import { PERSONAS } from "./lib/people.mjs";
import { visitors } from "./lib/visitors.mjs";

const newVisitor = visitors();

const arrive = async (persona, options) => (await newVisitor(options)).signIn(persona);

const isSound = async (page) => assert.deepEqual(await violations(page), []);

/** How far a page's content reaches beyond its width. */
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

const button = (page, name) => page.getByRole("button", { name, exact: true });

const toast = (page, words) => page.getByRole("status").getByText(words).first().waitFor();

const VOICES = "Whose views we heard, and whose we have not";

/** Opens a plan, and begins it where nobody did. */
async function open(page, plan) {
  await page.goto(plan);
  const begin = button(page, "Begin the plan");
  if (await begin.count()) await begin.click();
  await page.getByRole("navigation", { name: "Sections" }).waitFor();
}

test("chief, desktop: writes a plan, adjusts it with a reason, and the next cycle's begins with it", async () => {
  const plan = "/cycles/tern-island.21.c1/plan";
  const chief = await arrive("chief");
  const { page } = chief;
  await open(page, plan);
  await page.getByRole("link", { name: /^Write ?: Where we are/ }).click();
  await isSound(page);
  await page.getByLabel(VOICES).fill("Teachers in March and families by phone.");
  await page.getByLabel(/^What is true here now/).fill("Half of the staff is new.");
  await button(page, "Save, then: Goals").click();
  await page.getByRole("heading", { level: 1, name: "Goals" }).waitFor();
  await page.goto(`${plan}/sections/calendar`);
  const moment = page.getByRole("group", { name: "Learning moments, 1" });
  await moment.getByLabel("Topic").fill("What a debrief is for");
  await moment.getByLabel("Hours").fill("1.5");
  await button(page, "Save").click();
  await toast(page, "Saved.");
  await page.goto(`${plan}/sections/calendar`);
  assert.equal(await page.getByRole("group", { name: "Learning moments, 2" }).count(), 1, "there is room for one more row");
  await isSound(page);

  await page.goto(plan);
  await page.getByLabel("Why does it change?").fill("Our first plan of the year.");
  await page.getByRole("button", { name: /^Keep it as version/ }).click();
  await toast(page, "is agreed on");
  await page.goto(`${plan}/sections/frame`);
  await page.getByLabel(VOICES).fill("Teachers in March, students in May and families by phone.");
  await button(page, "Save").click();
  await page.getByText("One answer differs from version").first().waitFor();
  await isSound(page);
  await page.getByLabel("Why does it change?").fill("We asked students.");
  await page.getByRole("button", { name: /^Keep it as version/ }).click();
  await page.getByRole("link", { name: /^What changed in version/ }).first().click();
  await page.getByText("Why: We asked students.").waitFor();
  assert.match(await page.locator("ins").first().innerText(), /students/);
  await isSound(page);

  await page.goto("/cycles/tern-island.21.c1");
  for (const move of [/^Move on to: Act/, /^Move on to: Assess/, "Close the cycle"]) await page.getByRole("button", { name: move }).click();
  await page.getByRole("link", { name: "Begin the next" }).click();
  await page.getByLabel("What is it about?").fill("Debriefs that teachers ask for");
  await page.getByRole("button", { name: "Begin it" }).click();
  await page.getByRole("link", { name: "Professional Learning Plan" }).click();
  await page.getByText("It begins as a copy of the plan of Cycle 1").waitFor();
  await button(page, "Begin the plan").click();
  await page.getByText("Still right?", { exact: true }).first().waitFor();
  await page.getByRole("link", { name: /^Write ?: Where we are/ }).click();
  await page.getByLabel("Still right, though it is from the last plan").first().check();
  await button(page, "Save").click();
  const voices = page.locator("#section-frame").getByText("students in May");
  await voices.waitFor();
  assert.equal(await voices.locator("..").getByText("Still right?", { exact: true }).count(), 0, "what was said to be right does not ask again");
  await chief.leave();
});

test("partner and implementer, phone and no scripts: both write in their plan, and two at once lose nothing", async () => {
  const plan = "/cycles/linden-grove.21.c1/plan";
  const denise = await arrive("partner", { size: "phone", scripts: false });
  const amara = await arrive("implementer");
  denise.expects(422);
  await open(denise.page, plan);
  assert.ok((await overflow(denise.page)) <= 0, "the plan scrolls sideways on a phone");
  for (const { page } of [denise, amara]) await page.goto(`${plan}/sections/equity`);
  const gains = (page) => page.getByLabel(/^Who gains first/);
  await gains(amara.page).fill("Multilingual readers, says Amara.");
  await gains(denise.page).fill("Newcomers, says Denise.");
  await button(amara.page, "Save").click();
  await toast(amara.page, "Saved.");
  await button(denise.page, "Save").click();
  const stands = denise.page.getByRole("alert").filter({ hasText: "What stands now" });
  await stands.getByText("Multilingual readers, says Amara.").waitFor();
  await stands.getByText(`${PERSONAS.implementer} was faster`).waitFor();
  assert.equal(await gains(denise.page).inputValue(), "Newcomers, says Denise.");
  await gains(denise.page).fill("Newcomers and multilingual readers, say both.");
  await button(denise.page, "Save").click();
  await denise.page.getByText("Newcomers and multilingual readers, say both.").waitFor();
  assert.ok((await overflow(denise.page)) <= 0, "the plan scrolls sideways on a phone");
  await amara.page.goto(`${plan}/sections/equity`);
  await amara.page.getByRole("region", { name: "How it was worded" }).getByText("Multilingual readers, says Amara.").waitFor();
  await amara.leave();
  await denise.leave();
});
