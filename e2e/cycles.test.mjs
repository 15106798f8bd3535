// Cycles: a whole one with what it carries over, one's own that a peer can't see, two people at one goal, and all without scripts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { violations } from "./lib/axe.mjs";
import { PERSONAS } from "./lib/people.mjs";
import { visitors } from "./lib/visitors.mjs";

const newVisitor = visitors();

const arrive = async (persona, options) => (await newVisitor(options)).signIn(persona);

const isSound = async (page) => assert.deepEqual(await violations(page), []);

const GOAL = "/cycles/linden-grove.21.c1/goals/linden-grove.21.c1.g1";

const button = (page, name) => page.getByRole("button", { name, exact: true });

const toast = (page, words) => page.getByRole("status").getByText(words).first().waitFor();

/** Begins a cycle of one's own, goes through it, and begins the next. */
async function wholeCycle(page, number, title) {
  await page.goto("/people/amara-osei/cycles");
  await page.getByRole("link", { name: "Begin a cycle" }).click();
  await page.getByLabel("What is it about?").fill(title);
  await page.getByLabel("Number").fill(String(number));
  await page.getByLabel("Kind of cycle").selectOption({ label: "PDSA: Plan, do, study, act" });
  await page.getByLabel("Which cycle does it carry on?").selectOption({ label: "None: it begins afresh" });
  await button(page, "Begin it").click();
  await page.getByRole("heading", { level: 1, name: `Cycle ${number}: ${title}` }).waitFor();
  const cycle = new URL(page.url()).pathname;

  await page.getByRole("link", { name: "Add a goal" }).click();
  await page.getByLabel("What would be different, and by when?").fill("I ask twice before I offer anything.");
  await page.getByText("Adults", { exact: true }).click();
  await page.getByLabel("From", { exact: true }).fill("1");
  await page.getByLabel("To", { exact: true }).fill("4");
  await page.getByLabel("How sure, in %, that you reach it?").fill("60");
  await button(page, "Save").click();
  await page.getByText("60 % sure that the target is met").waitFor();

  await page.getByRole("link", { name: "Add an action" }).click();
  await page.getByLabel("What will you do?").fill("Count my questions in one talk");
  await page.getByLabel("Where does it stand?").selectOption({ label: "Carried over" });
  await button(page, "Save").click();
  await page.getByRole("link", { name: "Count my questions in one talk" }).waitFor();

  await button(page, "Move on to: Do").click();
  await page.getByLabel("What did you notice?").fill("The second question was the better one.");
  await button(page, "Note it").click();
  await page.getByText("The second question was the better one.").waitFor();

  await button(page, "Move on to: Study").click();
  await page.getByRole("link", { name: /^Change goal 1/ }).click();
  await page.getByLabel("It came to").fill("3");
  await page.getByLabel("Was it met?").selectOption({ label: "Partly met" });
  await page.getByLabel("What becomes of it?").selectOption({ label: "Adapt it" });
  await button(page, "Save").click();
  await page.getByText("Partly met").first().waitFor();

  await button(page, "Move on to: Act").click();
  await button(page, "Close the cycle").click();
  await page.getByRole("link", { name: "Begin the next" }).click();
  await page.getByLabel("What is it about?").fill(`${title}, again`);
  await button(page, "Begin it").click();
  await page.getByRole("heading", { level: 1, name: `Cycle ${number + 1}: ${title}, again` }).waitFor();
  await page.getByText("From 3 to 4").waitFor();
  await page.getByRole("link", { name: "Count my questions in one talk" }).waitFor();
  return cycle;
}

for (const scripts of [true, false]) {
  const [size, number] = scripts ? ["desktop", 11] : ["phone", 21];
  test(`implementer, ${size}: runs a cycle of her own to its end and into the next${scripts ? "" : ", without scripts"}`, async () => {
    const amara = await arrive("implementer", { size, scripts });
    const cycle = await wholeCycle(amara.page, number, scripts ? "One question more" : "Two questions more");
    if (scripts) await isSound(amara.page);
    const rosalind = await arrive("supervisor");
    assert.equal((await rosalind.page.goto(cycle)).status(), 200);
    const hana = await arrive("designer");
    hana.expects(404);
    assert.equal((await hana.page.goto(cycle)).status(), 404, "a peer can't see it");
    for (const one of [amara, rosalind, hana]) await one.leave();
  });
}

test("two people edit one goal at once: both texts stand side by side, and nothing is lost", async () => {
  const amara = await arrive("implementer");
  const denise = await arrive("partner", { size: "phone" });
  denise.expects(422);
  for (const { page } of [amara, denise]) await page.goto(GOAL);
  const text = (page) => page.getByLabel("What would be different, and by when?");
  await text(amara.page).fill("Nine in ten debriefs within two days, says Amara.");
  await text(denise.page).fill("Seven in ten within the week, says Denise.");
  await button(amara.page, "Save").click();
  await toast(amara.page, "Saved.");
  await button(denise.page, "Save").click();
  const stands = denise.page.getByRole("alert").filter({ hasText: "What stands now" });
  await stands.getByText("Nine in ten debriefs within two days, says Amara.").waitFor();
  await stands.getByText(`${PERSONAS.implementer} was faster`).waitFor();
  assert.equal(await text(denise.page).inputValue(), "Seven in ten within the week, says Denise.");
  await isSound(denise.page);
  await text(denise.page).fill("Eight in ten within two days, say both.");
  await button(denise.page, "Save").click();
  await toast(denise.page, "Saved.");
  await amara.page.goto(GOAL);
  await amara.page.getByRole("region", { name: "How it was worded" }).getByText("Nine in ten debriefs within two days, says Amara.").waitFor();
  await amara.leave();
  await denise.leave();
});

test("an implementer says whom an action concerns, and the partner side does not see it", async () => {
  const amara = await arrive("implementer", { size: "phone" });
  await amara.page.goto("/cycles/linden-grove.21.c1/plan-actions/linden-grove.21.c1.a1");
  const sheet = amara.page.getByRole("region", { name: "Whom does it concern?" });
  await sheet.getByLabel(/^Priya Raman/).check();
  await isSound(amara.page);
  await button(sheet, "Save").click();
  await toast(amara.page, "Saved.");
  assert.ok(await sheet.getByLabel(/^Priya Raman/).isChecked());
  await amara.page.goto("/cycles/linden-grove.21.c1");
  await amara.page.getByText("It concerns: Priya Raman").waitFor();
  const denise = await arrive("partner");
  await denise.page.goto("/cycles/linden-grove.21.c1");
  await denise.page.getByRole("link", { name: /^Each coachee names a goal/ }).waitFor();
  assert.equal(await denise.page.getByText("It concerns:").count(), 0);
  await amara.page.goto("/cycles/linden-grove.21.c1/plan-actions/linden-grove.21.c1.a1");
  await sheet.getByLabel(/^Priya Raman/).uncheck();
  await button(sheet, "Save").click();
  await toast(amara.page, "Saved.");
  await amara.leave();
  await denise.leave();
});
