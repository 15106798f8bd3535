// The program and a browser for one file's tests: they start before its first test and end after its last.

import { after, before } from "node:test";
import { launch, visitor } from "./browser.mjs";
import { server } from "./server.mjs";

/** Call it once in a file; it answers how a new visitor comes in. */
export function visitors() {
  let house, browser;
  before(async () => {
    house = await server();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await house?.stop();
  });
  return (options) => visitor(browser, house.url, options);
}
