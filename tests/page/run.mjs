// Opens report.html from disk in a headless browser and uses it as a reader would: node run.mjs REPORT [HOSTILE...]
// REPORT is that of samples/harbor; each HOSTILE is a report of log text that tries to be markup.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const [report, ...hostile] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

// A page that is open, and everything that must not happen to it.
async function open(file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const url = pathToFileURL(resolve(file)).href;
  const wrong = [];
  page.on("request", (request) => request.url().split("#")[0] !== url && wrong.push(`request ${request.url()}`));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("dialog", (dialog) => (wrong.push(`dialog ${dialog.message()}`), dialog.dismiss()));
  await page.goto(url);
  return { page, context, wrong };
}

// Axe needs its script inside; the page's own policy would refuse it, so it runs where that is set aside.
async function accessible(file, name, options) {
  const { page, context } = await open(file, { bypassCSP: true, ...options });
  await page.addScriptTag({ content: axe });
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const serious = result.violations.filter((found) => ["serious", "critical"].includes(found.impact));
  const told = serious.map((found) => `${found.id}: ${found.help}: ${found.nodes.slice(0, 3).map((node) => node.html).join(" | ")}`);
  assert.deepEqual(told, [], `axe, ${name}`);
  console.log(`axe, ${name}: ${result.passes.length} checks passed, ${result.violations.length} minor`);
  await context.close();
}

const steps = {
  async "the policy names one script and one style, and nothing from elsewhere"(page) {
    const policy = await page.getAttribute("meta[http-equiv=Content-Security-Policy]", "content");
    assert.match(policy, /default-src 'none'; script-src 'sha256-[^ ]+'; style-src 'sha256-[^ ]+';/);
    assert.ok(!policy.includes("unsafe"), policy);
    assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector(".kicker")).textTransform), "uppercase");
  },
  async "the first screen says what is open and what to do"(page) {
    const lead = await page.textContent("#opening");
    const entered = "entered 13 Jan 2026 09:08 UTC; acts and attempts 13 Jan 2026 09:06 to ";
    for (const text of ["sanne.loodsman@harbor.example", entered, "still open", "What to do now"]) {
      assert.ok(lead.includes(text), text);
    }
  },
  async "tables sort, both ways"(page) {
    const table = page.locator("table.sortable", { has: page.getByRole("button", { name: "Events" }) }).last();
    const header = table.locator("th", { hasText: "Events" });
    const cells = async () => {
      const at = await header.evaluate((cell) => cell.cellIndex);
      return table.locator("tbody tr").evaluateAll((rows, at) => rows.map((row) => Number(row.cells[at].textContent)), at);
    };
    await header.getByRole("button").click();
    assert.equal(await header.getAttribute("aria-sort"), "ascending");
    const up = await cells();
    assert.deepEqual(up, [...up].sort((a, b) => a - b));
    await header.getByRole("button").press("Enter");
    assert.equal(await header.getAttribute("aria-sort"), "descending");
    const down = await cells();
    assert.deepEqual(down, [...down].sort((a, b) => b - a));
    assert.ok(new Set(up).size > 3, "something to sort");
  },
  async "search hides what does not match and says how many do"(page) {
    const shown = () => page.locator("section.account article:visible").count();
    const all = await shown();
    await page.fill("#search", "device code");
    await page.waitForFunction(() => document.getElementById("said").value !== "");
    const some = await shown();
    assert.ok(some > 0 && some < all, `${some} of ${all}`);
    assert.match(await page.evaluate(() => document.getElementById("said").value), /^\d+ of \d+/);
    await page.fill("#search", "");
    await page.waitForFunction(() => document.getElementById("said").value === "");
    assert.equal(await shown(), all);
  },
  async "one account can be picked, and printed alone"(page) {
    await page.selectOption("#pick", "account-1");
    assert.equal(await page.locator("section.account:visible").count(), 1);
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator("#bar:visible, #opening:visible, #timeline:visible").count(), 0);
    assert.ok(await page.locator("#account-1").isVisible());
    const one = (await page.pdf({ format: "A4" })).length;
    await page.emulateMedia({ media: null });
    await page.selectOption("#pick", "");
    assert.ok((await page.pdf({ format: "A4" })).length > one, "the whole prints to more than the account");
  },
  async "the timeline filters, pages and can be brushed with mouse and keyboard"(page) {
    const count = async () => (await page.textContent("#line [role=status]")).match(/^(\d+) \D+ (\d+)/).slice(1).map(Number);
    const [all, whole] = await count();
    assert.equal(all, whole);
    await page.getByLabel("Level from").selectOption("5");
    const [severe] = await count();
    await page.getByLabel("Level from").selectOption("4");
    const [high] = await count();
    assert.ok(high > severe && high < all, `${severe} ${high} ${all}`);
    await page.getByLabel("Level from").selectOption("");
    await page.getByLabel("only what is taken").check();
    const [theirs] = await count();
    assert.ok(theirs > 20 && theirs < all, `${theirs}`);
    await page.getByLabel("only what is taken").uncheck();
    await page.getByLabel("From", { exact: true }).press("ArrowRight");
    const [less] = await count();
    assert.ok(less < all, `${less} after one step of the slider`);
    const box = await page.locator("svg.brush").boundingBox();
    await page.mouse.move(box.x + box.width / 4, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + 20, { steps: 4 });
    await page.mouse.up();
    const [brushed] = await count();
    assert.ok(brushed > 0 && brushed < less, `${brushed} in the brushed quarter`);
    await page.locator("svg.brush").dblclick();
    assert.deepEqual(await count(), [all, whole]);
    const first = await page.textContent("#line tbody tr");
    assert.match(await page.textContent("#line tbody td"), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/, "a time says by which clock it is");
    await page.getByRole("button", { name: "Later" }).click();
    assert.notEqual(await page.textContent("#line tbody tr"), first);
    await page.getByRole("button", { name: "Earlier" }).click();
    assert.equal(await page.textContent("#line tbody tr"), first);
  },
  async "an id leads to its event, and a finding to its record"(page) {
    const id = page.locator("section.account button.id").first();
    const name = await id.textContent();
    await id.click();
    assert.equal(await page.locator("#line tbody tr").count(), 1);
    assert.ok((await page.textContent("#line tbody tr")).includes(name));
    const record = page.locator("tr.raw details").first();
    await record.locator("summary").press("Enter");
    assert.ok(await record.locator("pre").isVisible());
    assert.ok((await record.locator("pre").textContent()).length > 100);
  },
  async "dark mode is a choice"(page) {
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await paper();
    await page.click("#dark");
    assert.notEqual(await paper(), light);
    await page.click("#dark");
    assert.equal(await paper(), light);
  },
  async "every control can be reached by keyboard"(page) {
    await page.reload();
    const reached = new Set();
    for (let step = 0; step < 40; step += 1) {
      await page.keyboard.press("Tab");
      reached.add(await page.evaluate(() => document.activeElement.id));
    }
    for (const id of ["pick", "search", "print", "dark"]) assert.ok(reached.has(id), id);
  },
};

try {
  const { page, wrong } = await open(report);
  for (const [name, step] of Object.entries(steps)) {
    await step(page);
    assert.deepEqual(wrong, [], name);
    console.log(`page: ${name}`);
  }
  await accessible(report, "light", {});
  await accessible(report, "dark", { colorScheme: "dark" });
  await accessible(report, "small screen", { viewport: { width: 390, height: 800 } });
  for (const file of hostile) {
    const { page, wrong, context } = await open(file);
    const found = await page.evaluate(() => ({
      scripts: document.scripts.length,
      foreign: document.querySelectorAll("iframe, object, embed, img, link, base, svg script, svg foreignObject, svg image").length,
      handlers: [...document.querySelectorAll("*")].filter((one) => [...one.attributes].some((it) => it.name.startsWith("on"))).length,
      hrefs: [...document.querySelectorAll("[href]")].filter((one) => !one.getAttribute("href").startsWith("#")).length,
    }));
    assert.deepEqual(found, { scripts: 2, foreign: 0, handlers: 0, hrefs: 0 }, file);
    assert.deepEqual(wrong, [], file);
    const text = await page.evaluate(() => document.body.textContent);
    assert.ok(text.includes("<script>"), `${file} shows the markup as text`);
    console.log("page: hostile text stays text");
    await context.close();
  }
} finally {
  await browser.close();
}
