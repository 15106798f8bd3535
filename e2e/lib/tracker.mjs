// Ways around the tracker's page.

export const TRACKER = "/partnerships/linden-grove/tracker";

/** The cell of a practice in a cycle of the present school year; its name ends with where the practice stands. */
export const cell = (page, code, cycle) => page.getByRole("link", { name: new RegExp(`^${code.replaceAll(".", "\\.")}, Cycle ${cycle}:`) });

/** Where the cell says that the practice stands: what follows the practice and the cycle. */
export const stands = async (page, code, cycle) => (await cell(page, code, cycle).textContent()).replace(/^.*?: /s, "").trim();

/** The form of the cell that is open. */
export const form = (page) => page.locator("#edit form").filter({ has: page.getByRole("button", { name: "Save" }) });

/** Opens a cell and fills its form in. */
export async function fill(page, code, cycle, { status, quality, note }) {
  await cell(page, code, cycle).click();
  // Without scripts this is a new page, with them a new form in the old one; both name the practice.
  await page.locator("#edit .code", { hasText: code }).first().waitFor();
  await form(page).getByRole("radio", { name: status, exact: true }).check();
  if (quality) await form(page).getByRole("radio", { name: quality }).check();
  await form(page).getByRole("textbox").fill(note);
}

/** Fills a cell's form in and saves it. */
export async function record(page, code, cycle, entry) {
  await fill(page, code, cycle, entry);
  await form(page).getByRole("button", { name: "Save" }).click();
}

/** What the page has to say about a change. */
export const toast = (page) => page.getByRole("status").locator(".toast");

/** The lines of the open cell's history, newest first. */
export const history = (page) => page.locator("#edit .thread li");

/** Waits until the cell says so; a page that swaps its parts takes a moment. */
export const comesTo = (page, code, cycle, words) => page.getByRole("link", { name: `${code}, Cycle ${cycle}: ${words}` }).waitFor();
