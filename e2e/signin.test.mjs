// Getting in with a second factor: set up on one's own page, shown at the sign-in, a recovery code, and off again.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { violations } from "./lib/axe.mjs";
import { PERSONAS, slug } from "./lib/people.mjs";
import { visitors } from "./lib/visitors.mjs";

const newVisitor = visitors();

/** The code that an app with this key shows, so many half minutes from now. */
function code(key, ahead = 0) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...key.replace(/\s/g, "")].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const seed = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const tag = createHmac("sha1", seed).update(step).digest();
  const number = tag.readUInt32BE(tag.at(-1) & 15) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** Chooses the persona; stops where the second factor is asked for. */
async function knock(page, persona) {
  await page.goto("/sign-in");
  await page.getByRole("button", { name: PERSONAS[persona] }).click();
  await page.getByRole("heading", { level: 1, name: "One more step" }).waitFor();
}

for (const [size, persona, scripts] of [["desktop", "designer", true], ["phone", "evaluator", false]]) {
  test(`${persona}, ${size}: a second factor, its codes, and the day without the phone`, async () => {
    const one = await newVisitor({ size, scripts });
    one.expects(422);
    await one.signIn(persona);
    const { page } = one;
    const looks = async () => scripts && assert.deepEqual(await violations(page), []);
    await page.goto(`/people/${slug(persona)}/second-factor`);
    await looks();
    await page.getByRole("button", { name: "Set it up" }).click();
    await page.getByRole("img", { name: /QR code/ }).waitFor();
    await looks();
    const key = await page.locator("#key").textContent();
    await page.getByLabel("The code that your app shows").fill(code(key));
    await page.getByRole("button", { name: "Turn it on" }).click();
    await page.getByRole("heading", { level: 1, name: "Your recovery codes" }).waitFor();
    await looks();
    const codes = await page.locator("#codes .code").allTextContents();
    assert.equal(codes.length, 10);

    await page.context().clearCookies();
    await knock(page, persona);
    await looks();
    const field = page.getByLabel("The code", { exact: true });
    await field.fill("000000");
    await page.getByRole("button", { name: "Go in" }).click();
    await page.getByText("This code does not open").waitFor();
    await field.fill(code(key, 1));
    await page.getByRole("button", { name: "Go in" }).click();
    await page.waitForURL((to) => to.pathname === "/");

    await page.context().clearCookies();
    await knock(page, persona);
    await field.fill(codes[3]);
    await page.getByRole("button", { name: "Go in" }).click();
    await page.waitForURL((to) => to.pathname === "/");
    await page.goto(`/people/${slug(persona)}/second-factor`);
    await page.getByText("9 recovery codes left").waitFor();
    await looks();
    await page.getByRole("button", { name: "Turn it off" }).click();
    await page.getByRole("heading", { name: "It is off" }).waitFor();
    await one.leave();
  });
}
