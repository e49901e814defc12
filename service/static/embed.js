// <preprint-feed topic="speech-synthesis" limit="5" theme="auto" lang="en">fallback</preprint-feed>
//
// Shows the newest papers of a topic of the wire that this file was loaded from. Attributes: topic; limit, from
// 1 to 50; theme (auto, light, dark); lang (en, zh, ...). What stands inside is shown until the papers are there, and
// when they cannot be had. Looks: the custom properties below, and ::part(feed, heading, list, entry, title,
// byline, state, tldr, date, foot, message). The page around needs script-src and connect-src to allow the wire's
// address, no more: all text goes through text nodes, the style sheet is a constructed one.

const WIRE = import.meta.url.replace(/\/(static\/)?embed[^/]*$/, "/");
const SHOWN = 10;
const MOST = 50;
const ACKNOWLEDGEMENT = "Thank you to arXiv for use of its open access interoperability.";
const WORDS = {
  en: {
    loading: "Loading papers…",
    empty: "No papers yet.",
    missing: "There is no such topic.",
    retired: "This topic was retired.",
    failed: "The papers cannot be shown just now.",
    nameless: "This element needs a topic.",
    withdrawn: "Withdrawn by its authors.",
    machine: "Short summaries are made by machine.",
    there: "See the topic at its wire",
  },
  zh: {
    loading: "正在载入论文…",
    empty: "暂无论文。",
    missing: "没有这个主题。",
    retired: "该主题已停用。",
    failed: "暂时无法显示论文。",
    nameless: "此元素需要 topic 属性。",
    withdrawn: "作者已撤回本文。",
    machine: "短摘要由机器生成。",
    there: "前往该主题的页面",
  },
};
const STYLES = `
:host {
  --light-paper: #fdfcf9; --light-ink: #1d1d1b; --light-quiet: #5f5d57; --light-rule: #d9d5ca; --light-accent: #8a1c1c;
  --dark-paper: #171716; --dark-ink: #e8e5dd; --dark-quiet: #a19d92; --dark-rule: #3a3833; --dark-accent: #e58a7f;
  --paper: var(--preprint-paper, var(--light-paper)); --ink: var(--preprint-ink, var(--light-ink));
  --quiet: var(--preprint-quiet, var(--light-quiet)); --rule: var(--preprint-rule, var(--light-rule));
  --accent: var(--preprint-accent, var(--light-accent));
  --serif: var(--preprint-serif, Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, serif);
  --plain: var(--preprint-plain, Seravek, "Gill Sans Nova", Ubuntu, Calibri, "DejaVu Sans", sans-serif);
  display: block; padding: .9rem 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 var(--plain); overflow-wrap: break-word; color-scheme: light;
}
:host([hidden]) { display: none; }
:host([theme="dark"]) {
  --paper: var(--preprint-paper, var(--dark-paper)); --ink: var(--preprint-ink, var(--dark-ink));
  --quiet: var(--preprint-quiet, var(--dark-quiet)); --rule: var(--preprint-rule, var(--dark-rule));
  --accent: var(--preprint-accent, var(--dark-accent)); color-scheme: dark;
}
@media (prefers-color-scheme: dark) {
  :host(:not([theme="light"])) {
    --paper: var(--preprint-paper, var(--dark-paper)); --ink: var(--preprint-ink, var(--dark-ink));
    --quiet: var(--preprint-quiet, var(--dark-quiet)); --rule: var(--preprint-rule, var(--dark-rule));
    --accent: var(--preprint-accent, var(--dark-accent)); color-scheme: dark;
  }
}
a { color: inherit; text-decoration: none; }
a:hover { color: var(--accent); text-decoration: underline; text-underline-offset: .15em; }
a:focus-visible { outline: .15rem solid var(--accent); outline-offset: .15rem; }
.foot a, .message a { color: var(--accent); text-decoration: underline; text-underline-offset: .15em; }
h2, h3 { margin: 0; font-family: var(--serif); font-weight: 600; line-height: 1.3; text-wrap: balance; }
h2 { padding-bottom: .5rem; border-bottom: .2rem double var(--ink); font-size: 1.25rem; }
h3 { font-size: 1.0625rem; }
h2, li, .foot { max-width: 46rem; }
p { margin: .25rem 0; }
ul { list-style: none; margin: 0; padding: 0; }
li { padding: .75rem 0; border-bottom: 1px solid var(--rule); }
.byline, .date, .foot { color: var(--quiet); font-size: .875rem; }
.state { font-weight: 600; font-size: .875rem; }
.tldr { font-family: var(--serif); }
.foot { padding-top: .6rem; }
`;

// Text only ever becomes a text node; parts are named for the page's style sheet.
function make(tag, part, ...children) {
  const element = document.createElement(tag);
  if (part) {
    element.className = part;
    element.setAttribute("part", part);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

// A link in a new tab; where the address is none of the web's, the text alone.
function link(address, text) {
  let url = null;
  try {
    url = new URL(address);
  } catch {
    return document.createTextNode(text);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return document.createTextNode(text);
  const anchor = make("a", null, text);
  anchor.href = url.href;
  anchor.target = "_blank";
  anchor.rel = "noopener";
  return anchor;
}

function inLanguage(element, language) {
  element.lang = language;
  return element;
}

function showDate(text, language) {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return null;
  const format = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { dateStyle: "long", timeZone: "UTC" });
  const time = make("time", null, format.format(at));
  time.dateTime = at.toISOString();
  return make("p", "date", time);
}

function showItem(item, words, language) {
  const names = (item.authors ?? []).map((author) => author.name).join(", ");
  return make(
    "li",
    "entry",
    inLanguage(make("h3", "title", link(item.url, item.title ?? item.id)), "en"),
    names ? inLanguage(make("p", "byline", names), "en") : null,
    item._arxiv?.withdrawn ? make("p", "state", words.withdrawn) : null,
    item.summary ? make("p", "tldr", item.summary) : null,
    showDate(item.date_published, language),
  );
}

class PreprintFeed extends HTMLElement {
  static observedAttributes = ["topic", "limit", "lang"];

  #asking = null;
  #due = false;
  #sheet = new CSSStyleSheet();

  constructor() {
    super();
    this.#sheet.replaceSync(STYLES);
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [this.#sheet];
  }

  connectedCallback() {
    this.#loadSoon();
  }

  attributeChangedCallback(_name, before, after) {
    if (before !== after) this.#loadSoon();
  }

  disconnectedCallback() {
    this.#asking?.abort();
  }

  get #topic() {
    return (this.getAttribute("topic") ?? "").trim();
  }

  get #limit() {
    const given = Number.parseInt(this.getAttribute("limit") ?? "", 10);
    return given >= 1 ? Math.min(given, MOST) : SHOWN;
  }

  #words(language) {
    const spoken = (language ?? "").split("-")[0].toLowerCase() === "zh" ? "zh" : "en";
    return [WORDS[spoken], spoken];
  }

  // Once for all attributes that are set together.
  #loadSoon() {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      if (this.isConnected) this.#load();
    });
  }

  async #load() {
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    const [words, spoken] = this.#words(this.getAttribute("lang"));
    if (!this.#topic) return this.#tell(words.nameless, spoken);
    this.#tell(words.loading, spoken, { busy: true });
    try {
      const answer = await fetch(this.#address(), { credentials: "omit", signal: asking.signal });
      const told = await answer.text();
      if (asking.signal.aborted) return;
      if (answer.ok) this.#show(JSON.parse(told));
      else this.#fail(answer.status);
    } catch {
      if (!asking.signal.aborted) this.#fail(0);
    }
  }

  #address() {
    const options = new URLSearchParams({ limit: this.#limit, authors: "joined" });
    const language = this.getAttribute("lang");
    if (language) options.set("lang", language);
    return `${WIRE}feeds/${encodeURIComponent(this.#topic)}.json?${options}`;
  }

  #show(feed) {
    const [words, spoken] = this.#words(feed.language);
    const heading = make("h2", "heading", link(feed.home_page_url, feed.title));
    heading.id = "heading";
    const items = feed.items.slice(0, this.#limit).map((item) => showItem(item, words, spoken));
    const list = items.length ? make("ul", "list", ...items) : make("p", "message", words.empty);
    if (items.length) list.setAttribute("role", "list"); // Safari forgets what it is without bullets
    const foot = make("div", "foot", make("p", null, words.machine), inLanguage(make("p", null, ACKNOWLEDGEMENT), "en"));
    const section = inLanguage(make("section", "feed", heading, list, foot), spoken);
    section.setAttribute("aria-labelledby", heading.id);
    this.shadowRoot.replaceChildren(section);
  }

  #fail(status) {
    const [words, spoken] = this.#words(this.getAttribute("lang"));
    const told = { 404: words.missing, 410: words.retired }[status] ?? words.failed;
    this.#tell(told, spoken, { where: `${WIRE}topics/${encodeURIComponent(this.#topic)}` });
  }

  // One line, below what the page around has put into the element.
  #tell(text, language, { busy = false, where = null } = {}) {
    const line = make("p", "message", text);
    if (where) line.append(" ", link(where, this.#words(language)[0].there), ".");
    const section = inLanguage(make("section", "feed", document.createElement("slot"), line), language);
    section.setAttribute("aria-busy", String(busy));
    line.setAttribute("role", "status");
    this.shadowRoot.replaceChildren(section);
  }
}

if (!customElements.get("preprint-feed")) customElements.define("preprint-feed", PreprintFeed);
