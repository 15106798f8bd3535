// Everbetter in the browser. Every page works without this file; it saves steps, and words that were not sent yet.
// It listens on the document, so parts swapped in later need no wiring.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const on = (names, then, root = document) => names.split(" ").forEach((name) => root.addEventListener(name, then));
const fill = (node, attributes, ...children) => {
  for (const name in attributes) node.setAttribute(name, attributes[name]);
  node.append(...children);
  return node;
};
const el = (tag, ...rest) => fill(document.createElement(tag), ...rest);
const svg = (tag, ...rest) => fill(document.createElementNS("http://www.w3.org/2000/svg", tag), ...rest);
const icon = (name) => svg("svg", { class: "i", "aria-hidden": "true" }, svg("use", { href: `${document.body.dataset.icons}#${name}` }));
const csrf = () => $("meta[name=csrf]")?.content ?? "";
const postForm = (action, ...children) => el("form", { method: "post", action }, el("input", { type: "hidden", name: "_csrf", value: csrf() }), ...children);
const local = (url) => typeof url === "string" && /^\/(?![/\\])/.test(url); // an address of ours, whatever an answer holds

document.documentElement.classList.add("js"); // shows .js-only, hides .nojs

// What is said: one live region, for toasts and the offline note

const live = $("#live");
function toast(text, undo) {
  $(".toast", live)?.remove();
  const node = el("div", { class: "toast" }, el("span", {}, text));
  if (local(undo)) node.append(postForm(undo, el("button", { class: "btn link s" }, "Undo")));
  node.append(el("button", { type: "button", class: "btn link s", "data-dismiss": "", "aria-label": "Dismiss" }, icon("x")));
  live.append(node);
}
const early = $(".toast", live);
if (early) setTimeout(() => early.isConnected && live.append(early), 300); // a region is read out only when it changes

function offline() {
  $(".note", live)?.remove();
  if (!navigator.onLine) live.prepend(el("div", { class: "note blue" }, icon("offline"), el("div", {}, el("b", {}, "You are offline. "), "Wait with saving until you are back; this page keeps what you write.")));
}
on("online offline", offline, window);
offline();

// Forms: drafts belong to one person on one device, and go when that person signs out

const person = document.body.dataset.who ?? "";
const draftKey = (area) => `draft:${person}:${area.dataset.draft}`;
const SENT = `sent:${person}`;
const safely = (act) => { try { return act(); } catch { return null; } }; // storage may be full, or not allowed
const load = (key) => safely(() => JSON.parse(localStorage.getItem(key)));
const keep = (key, value) => safely(() => localStorage.setItem(key, JSON.stringify(value)));
const drop = (key) => safely(() => localStorage.removeItem(key));

// A draft goes once its form was taken: the answer to a plain form is a next page that does not complain about it.
const sent = load(SENT) ?? [];
drop(SENT);
if (performance.getEntriesByType("navigation")[0]?.type === "navigate") {
  for (const key of sent) {
    const area = $$("textarea[data-draft]").find((one) => draftKey(one) === key);
    if (!area || !$(".error, .note.bad", area.form ?? document)) drop(key);
  }
}

function restore(area) {
  const key = draftKey(area), draft = load(key), before = area.value;
  if (!draft || area.dataset.restored || draft.text === before) return;
  if (Date.now() - draft.at > 30 * 24 * 3600e3) return drop(key);
  area.dataset.restored = "";
  area.value = draft.text;
  const again = el("button", { type: "button", class: "asline" }, "Start afresh");
  const day = new Date(draft.at).toLocaleDateString("en-GB", { day: "numeric", month: "long" });
  const note = el("p", { class: "hint" }, `We kept what you wrote here on ${day}. `, again);
  again.onclick = () => { area.value = before; drop(key); note.remove(); area.focus(); };
  area.after(note);
}

const unsaved = new WeakSet();
let leaving = false;
on("input", ({ target }) => {
  if (target.form?.matches("[data-guard]")) unsaved.add(target.form);
  if (target.matches("textarea[data-draft]")) target.value.trim() ? keep(draftKey(target), { text: target.value, at: Date.now() }) : drop(draftKey(target));
});
on("beforeunload", (event) => { if (!leaving && $$("form[data-guard]").some((form) => unsaved.has(form))) event.preventDefault(); }, window);

on("submit", (event) => {
  const form = event.target;
  if (form.matches('[action="/sign-out"]')) Object.keys(safely(() => localStorage) ?? {}).filter((key) => /^(draft|sent):/.test(key)).forEach(drop);
  if (event.defaultPrevented || form.method !== "post") return; // htmx has it, or it changes nothing
  if ("busy" in form.dataset) return event.preventDefault(); // a second click
  form.dataset.busy = "";
  setTimeout(() => delete form.dataset.busy, 10_000); // a download stays on this page
  leaving = true;
  const keys = $$("textarea[data-draft]", form).map(draftKey);
  if (keys.length) keep(SENT, keys);
});
on("pageshow", () => { leaving = false; $$("form[data-busy]").forEach((form) => delete form.dataset.busy); }, window); // back again

// Photos get smaller before they are sent: a school's Wi-Fi carries half a megabyte sooner than five. Whatever fails, the photo goes as it is.
const LONGEST = 2048;
async function smaller(photo) {
  if (!/^image\/(jpeg|webp|hei[cf])$/.test(photo.type) || photo.size < 700_000) return photo;
  const picture = await createImageBitmap(photo);
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = Object.assign(el("canvas"), { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const drawn = await new Promise((then) => canvas.toBlob(then, "image/jpeg", 0.85));
  return drawn && drawn.size < photo.size ? new File([drawn], photo.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" }) : photo;
}
on("change", async ({ target }) => {
  if (!target.matches("input[type=file][data-shrink]")) return;
  const names = () => [...target.files].map((file) => `${file.name} ${file.size}`).join();
  const chosen = names(), all = new DataTransfer();
  for (const file of [...target.files]) all.items.add(await smaller(file).catch(() => file));
  if (names() === chosen) target.files = all.files; // nobody chose others meanwhile
});

// The box in a table's head stands for its rows, in both directions.
const boxes = (form, head) => $$(`input[name="${head.dataset.all}"]:not(:disabled)`, form);
function count(form) {
  const head = form && $("[data-all]", form);
  if (!head) return;
  const all = boxes(form, head), chosen = all.filter((box) => box.checked).length;
  head.checked = chosen > 0 && chosen === all.length;
  head.indeterminate = chosen > 0 && !head.checked;
  const words = $("[data-count]", form);
  if (words) words.textContent = chosen ? `${chosen} chosen` : "None chosen";
}
on("change", ({ target }) => {
  if (target.matches("[data-autosubmit]")) target.form.requestSubmit();
  if (target.dataset.all) boxes(target.form, target).forEach((box) => (box.checked = target.checked));
  if (target.type === "checkbox") count(target.form);
});

on("click", async ({ target }) => {
  const button = target.closest("button"), { copy, reveal } = button?.dataset ?? {};
  if (copy !== undefined) {
    const text = copy || location.href;
    try { await navigator.clipboard.writeText(text); toast("Copied."); } catch { toast(`Please copy it by hand: ${text}`); }
  }
  if (button?.matches("[data-print]")) print();
  if (button?.matches("[data-dismiss]")) button.closest(".toast").remove();
  if (reveal) {
    const field = document.getElementById(reveal), show = field.type === "password";
    field.type = show ? "text" : "password";
    button.setAttribute("aria-pressed", show);
    $("span", button).textContent = show ? "Hide" : "Show";
  }
});

// htmx

const again = "What you wrote is still here.";
on("htmx:config:request", ({ detail: { ctx } }) => { ctx.request.headers["X-CSRF-Token"] = csrf(); });
on("htmx:error", ({ detail }) => { if (detail.ctx) toast(navigator.onLine ? `That did not get through. ${again} Try once more?` : `You are offline. ${again}`); });
on("htmx:before:swap", (event) => { // a form may come back with its errors (422); a page about a problem does not fit in here
  const status = event.detail.ctx.response?.status ?? 200;
  if (status < 400 || status === 422) return;
  event.preventDefault();
  if (status === 503) return toast(`The server’s disk is full, so this was not saved. ${again} Please tell whoever runs the server.`);
  toast(status < 500 ? "That is not possible just now. Load the page again to see how things stand." : `Something went wrong on our side. ${again} Try once more?`);
});
on("htmx:after:request", ({ detail: { ctx } }) => {
  const form = ctx.sourceElement?.closest("form");
  if (!form || ctx.response.status >= 400) return;
  unsaved.delete(form);
  $$("textarea[data-draft]", form).map(draftKey).forEach(drop);
});
on("htmx:after:swap", ({ detail: { ctx } }) => {
  arrive();
  const place = ctx.target?.isConnected ? ctx.target : document.getElementById(ctx.target?.id);
  const heading = place && $("[data-focus]", place); // a new form says where it is
  if (heading) fill(heading, { tabindex: -1 }).focus();
});
// The server says HX-Trigger: {"saved": {"cell": id, "toast": words, "undo": address}}; each part may be left out.
on("saved", ({ detail }) => {
  if (detail.toast) toast(detail.toast, detail.undo);
  document.getElementById(detail.cell)?.focus();
});

// Tracker: one stop for the Tab key, arrows between cells

const CELL = "table.tracker a.cell";
const rove = (cell) => $$("a.cell", cell.closest("table")).forEach((other) => (other.tabIndex = other === cell ? 0 : -1));
on("focusin click", ({ type, target }) => {
  const cell = target.closest(CELL);
  if (!cell) return;
  rove(cell);
  if (type === "focusin") return;
  $$("a.cell[aria-current]", cell.closest("table")).forEach((other) => other.removeAttribute("aria-current"));
  cell.setAttribute("aria-current", "true");
});
on("keydown", (event) => {
  const cell = event.target.closest?.(CELL);
  if (!cell || event.altKey || event.ctrlKey || event.metaKey) return;
  const rows = $$("tr", cell.closest("table")).map((row) => $$("a.cell", row)).filter((cells) => cells.length);
  const y = rows.findIndex((cells) => cells.includes(cell)), x = rows[y].indexOf(cell);
  const column = (one) => one.closest("td").cellIndex;
  const near = (cells) => cells?.findLast((one) => column(one) <= column(cell)) ?? cells?.[0]; // rows may have holes
  const next = { ArrowLeft: rows[y][x - 1], ArrowRight: rows[y][x + 1], ArrowUp: near(rows[y - 1]), ArrowDown: near(rows[y + 1]), Home: rows[y][0], End: rows[y].at(-1) }[event.key];
  if (next) { event.preventDefault(); next.focus(); }
});

// Search and actions

const palette = $("#palette");
if (palette) {
  const input = $("input", palette), list = $("[role=listbox]", palette), status = $("[role=status]", palette);
  const words = () => input.value.trim();
  const results = () => `/search?q=${encodeURIComponent(words())}`;
  let asking, timer, items = [], at = -1;

  // What was typed, marked where it is found; nodes, so an answer never becomes markup.
  const marked = (text) => {
    const found = words().split(/\s+/).filter(Boolean).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return found.length ? text.split(RegExp(`(${found.join("|")})`, "i")).map((part, i) => (i % 2 ? el("mark", {}, part) : part)) : [text];
  };
  function choose(index) {
    at = items.length ? (index + items.length) % items.length : -1;
    items.forEach(({ node }, i) => node.setAttribute("aria-selected", i === at));
    input.setAttribute("aria-activedescendant", items[at]?.node.id ?? "");
    items[at]?.node.scrollIntoView({ block: "nearest" });
  }
  function show(groups) {
    const found = groups.reduce((sum, one) => sum + one.items.length, 0);
    if (words()) groups.push({ group: "Everything", items: [{ title: `All results for “${words()}”`, href: results(), icon: "search" }] });
    items = [];
    list.replaceChildren(...groups.map(({ group, items: entries }, g) => el("div", { role: "group", "aria-labelledby": `palette-g${g}` }, el("div", { class: "gh", id: `palette-g${g}` }, group), ...entries.map((entry) => {
      const note = entry.note ? [" ", el("small", {}, entry.note)] : [];
      const node = el("div", { role: "option", id: `palette-o${items.length}` }, icon(entry.icon ?? (entry.method === "post" ? "edit" : "arrow")), el("span", {}, ...marked(entry.title), ...note));
      items.push({ ...entry, node });
      return node;
    }))));
    input.setAttribute("aria-expanded", items.length > 0);
    status.textContent = found ? `${found} found` : words() && "Nothing found yet. Fewer words, or others?";
    choose(0);
  }
  async function ask() {
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(`${results()}&format=json`, { headers: { Accept: "application/json" }, signal: asking.signal });
      show(await answer.json());
    } catch (error) {
      if (error.name === "AbortError") return;
      show([]);
      status.textContent = "Search did not answer. Try once more?";
    }
  }
  function go({ href, method }) {
    if (!local(href)) return;
    palette.close();
    if (method !== "post") return void (location.href = href);
    const form = postForm(href);
    document.body.append(form);
    form.requestSubmit();
  }
  const open = () => { palette.showModal(); input.select(); ask(); };

  on("input", () => { clearTimeout(timer); timer = setTimeout(ask, 150); }, input);
  on("keydown", (event) => {
    const { key, shiftKey, isComposing } = event;
    if (isComposing || !["ArrowDown", "ArrowUp", "Enter"].includes(key)) return;
    event.preventDefault();
    if (key === "Enter") go(shiftKey || !items[at] ? { href: results() } : items[at]);
    else choose(at + (key === "ArrowDown" ? 1 : -1));
  }, input);
  on("mousedown", (event) => event.preventDefault(), list); // the field keeps the focus
  on("click", ({ target }) => { const item = items.find(({ node }) => node.contains(target)); if (item) go(item); }, list);
  on("click", ({ target }) => { if (target === palette || target.closest("[data-close]")) palette.close(); }, palette);
  on("click", (event) => {
    if (!event.target.closest("[data-palette]") || event.ctrlKey || event.metaKey || event.shiftKey) return; // a link, too
    event.preventDefault();
    open();
  });
  on("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey, target } = event, command = ctrlKey || metaKey;
    if (!command || altKey || key.toLowerCase() !== "k") return;
    if ($("dialog[open]:not(#palette)")) return;
    event.preventDefault();
    palette.open ? palette.close() : open();
  });
}

// What a page, or a part that has just come, needs once

function arrive() {
  $$("textarea[data-draft]").forEach(restore);
  $$("table.tracker").forEach((table) => { const cell = $("a.cell[tabindex='0'], a.cell[aria-current]", table) ?? $(".now a.cell", table) ?? $("a.cell", table); if (cell) rove(cell); });
  $$("form:has([data-all])").forEach(count);
}
arrive();
$("[data-summary]")?.focus();
