// Every page that a persona can open: nothing for axe-core to find, in light and dark, no scrolling sideways, no link that
// leads nowhere.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { overflow, violations } from "./lib/axe.mjs";
import { SIZES } from "./lib/browser.mjs";
import { PERSONAS } from "./lib/people.mjs";
import { visitors } from "./lib/visitors.mjs";
import { OPEN, PAGES } from "./pages.mjs";

const WIDTHS = [320, 390, 1280];
const PASSES = [
  { size: "desktop", theme: "light" },
  { size: "phone", theme: "dark" },
];

const newVisitor = visitors();

/** Looks at the page in both passes and at all widths; answers what is to be found. */
async function look(page) {
  const found = [];
  for (const { size, theme } of PASSES) {
    await page.setViewportSize(SIZES[size]);
    await page.emulateMedia({ colorScheme: theme });
    found.push(...(await violations(page)).map((line) => `${size}, ${theme}: ${line}`));
  }
  for (const width of WIDTHS) found.push(...(await overflow(page, width)));
  return found;
}

/** What alike links have in common: `/people/amara-osei` and `/people/theo-baptiste` lead to the same kind of page. */
const shape = (path) => path.split("/").map((part, place) => (place === 2 ? "…" : part)).join("/");

describe("nobody in particular", () => {
  for (const path of OPEN) {
    test(path, async () => {
      const one = await newVisitor();
      assert.equal((await one.page.goto(path)).status(), 200);
      assert.deepEqual(await look(one.page), []);
      await one.leave();
    });
  }
});

for (const persona of Object.keys(PERSONAS)) {
  describe(persona, () => {
    let one;
    const links = new Map();
    before(async () => {
      one = await (await newVisitor()).signIn(persona);
      one.expects(403, 404);
    });
    after(() => one?.leave());

    for (const [where, who] of PAGES) {
      const path = typeof where === "string" ? where : where(persona);
      const may = who.includes(persona);
      test(`${path}${may ? "" : " is not theirs"}`, async () => {
        const status = (await one.page.goto(path)).status();
        if (may) assert.equal(status, 200);
        else assert.ok([403, 404].includes(status), `${status} is neither 403 nor 404`);
        for (const href of await one.page.locator("a[href^='/']").evaluateAll((all) => all.map((link) => link.getAttribute("href").split("#")[0]))) {
          const alike = links.get(shape(href.split("?")[0])) ?? new Map();
          // A few of each kind will do.
          if (alike.size < 4) links.set(shape(href.split("?")[0]), alike.set(href, new URL(one.page.url()).pathname));
        }
        assert.deepEqual(await look(one.page), []);
        assert.deepEqual(one.problems(), []);
      });
    }

    test("each link leads somewhere", async () => {
      const astray = [];
      for (const [href, from] of [...links.values()].flatMap((alike) => [...alike])) {
        const status = (await one.context.request.get(href)).status();
        if (status !== 200) astray.push(`${status} from ${href}, linked on ${from}`);
      }
      assert.ok(links.size > 5, "there were links to follow");
      assert.deepEqual(astray, []);
    });

    test("the palette", async () => {
      await one.page.setViewportSize(SIZES.desktop);
      await one.page.goto("/");
      await one.page.keyboard.press("Control+k");
      await one.page.getByRole("combobox").fill("2.2.3");
      await one.page.getByRole("option").first().waitFor();
      assert.deepEqual(await look(one.page), []);
    });
  });
}
