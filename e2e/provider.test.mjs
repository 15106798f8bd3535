// Signing in with an account elsewhere, against a provider that others wrote.

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import Provider from "oidc-provider";
import { violations } from "./lib/axe.mjs";
import { launch } from "./lib/browser.mjs";
import { PERSONAS, slug } from "./lib/people.mjs";
import { freePort, start } from "./lib/server.mjs";

const NAME = "Riverside’s account";
let house, browser, listener;

before(async () => {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  // The house answers where the provider sends people back to; its port is known once it runs, so the client is made then.
  let provider;
  house = await start({
    EVERBETTER_OIDC_ISSUER: issuer,
    EVERBETTER_OIDC_CLIENT_ID: "everbetter",
    EVERBETTER_OIDC_CLIENT_SECRET: "a secret between the two of us",
    EVERBETTER_OIDC_NAME: NAME,
  });
  provider = new Provider(issuer, {
    clients: [
      {
        client_id: "everbetter",
        client_secret: "a secret between the two of us",
        redirect_uris: [`${house.url}/sign-in/provider/answer`],
        grant_types: ["authorization_code"],
        response_types: ["code"],
      },
    ],
    pkce: { required: () => true },
  });
  listener = provider.listen(port, "127.0.0.1");
  await once(listener, "listening");
  browser = await launch();
});
after(async () => {
  await browser?.close();
  listener?.close();
  listener?.closeAllConnections();
  await house?.stop();
});

/** Signs in with the provider under this name, and says yes to what it asks. */
async function through(page, name) {
  await page.locator("input[name=login]").fill(name);
  await page.locator("input[name=password]").fill("anything");
  await page.locator("button[type=submit]").click();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.waitForURL((to) => to.origin === house.url);
}

test("an account is linked by its person, opens the door, and opens it for nobody else", async () => {
  const context = await browser.newContext({ baseURL: house.url });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByRole("link", { name: `Sign in with ${NAME}` }).click();
  await through(page, "hana");
  await page.getByText("we don’t know yet whose account this is").waitFor();
  assert.deepEqual(await violations(page), []);

  await page.goto("/sign-in");
  await page.getByRole("button", { name: PERSONAS.designer }).click();
  await page.waitForURL((to) => to.pathname === "/");
  await page.goto(`/people/${slug("designer")}/password`);
  assert.deepEqual(await violations(page), []);
  await page.getByRole("link", { name: "Link it" }).click();
  await page.getByText("Your account there is linked").waitFor();

  await page.getByRole("button", { name: "Sign out" }).first().click();
  await page.waitForURL((to) => to.pathname === "/sign-in");
  await page.getByRole("link", { name: `Sign in with ${NAME}` }).click();
  await page.getByRole("heading", { level: 1, name: /Hana/ }).waitFor();
  await context.close();

  const other = await (await browser.newContext({ baseURL: house.url })).newPage();
  await other.goto("/sign-in/provider");
  await through(other, "somebody-else");
  await other.getByText("we don’t know yet whose account this is").waitFor();
});
