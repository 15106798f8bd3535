// What a machine can see of accessibility, and whether a page stays within its width.

import axe from "axe-core";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];

/** The violations on the page, a line each with the elements. Comes in through the browser's debugger, so the page's policy stays as it is. */
export async function violations(page) {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async (tags) => {
    const { violations } = await globalThis.axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
    return violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ target, failureSummary }) => `${target.join(" ")}: ${failureSummary.split("\n").slice(1, 2)}`) }));
  }, TAGS);
  return found.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.slice(0, 5).map((node) => `    ${node}`).join("\n")}${nodes.length > 5 ? `\n    and ${nodes.length - 5} more` : ""}`);
}

/** What sticks out of the page at this width; nothing when the page does not scroll sideways. */
export async function overflow(page, width) {
  await page.setViewportSize({ ...page.viewportSize(), width });
  return await page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const out = [...document.body.querySelectorAll("*")].filter((node) => node.getBoundingClientRect().right > clientWidth + 1);
    const name = (node) => `${node.localName}${node.id ? `#${node.id}` : ""}${[...node.classList].map((one) => `.${one}`).join("")}`;
    return [`the page is ${scrollWidth} wide in ${clientWidth}: ${out.slice(-3).map(name).join(", ")}`];
  });
}
