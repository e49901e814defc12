// Lighthouse's accessibility score of each address given, and the audits that took points: one line of JSON a page.
// Of the page as it stands: how fast it came is not what is asked for.
import { snapshot } from "lighthouse";
import puppeteer from "puppeteer-core";

const [executablePath, ...addresses] = process.argv.slice(2);
const browser = await puppeteer.launch({ executablePath, args: ["--no-sandbox"] });
try {
  const page = await browser.newPage();
  for (const address of addresses) {
    await page.goto(address);
    const { lhr } = await snapshot(page, { flags: { onlyCategories: ["accessibility"], logLevel: "silent" } });
    const { score, auditRefs } = lhr.categories.accessibility;
    const lost = auditRefs.filter(({ id, weight }) => weight > 0 && (lhr.audits[id].score ?? 1) < 1);
    console.log(JSON.stringify({ address, score, lost: lost.map(({ id }) => id) }));
  }
} finally {
  await browser.close();
}
