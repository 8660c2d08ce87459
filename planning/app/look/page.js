/* Says to the browser what Streamlit does not: its language, where a new page begins, what ended; and
   the names that Streamlit has in English only. */
const known = (window.jiujinPage ??= { page: null, said: null });

const heading = () => document.querySelector("[data-testid=stMain] h1");

const toHeading = (tries) => {
  const found = heading();
  if (found) {
    found.tabIndex = -1;
    found.focus({ preventScroll: false });
  } else if (tries > 0) {
    setTimeout(() => toHeading(tries - 1), 100);
  }
};

const rename = (about) => {
  document.querySelector("[data-testid=stTopNav]")?.setAttribute("aria-label", about.menu);
  const skip = document.querySelector("[data-testid=stSkipToContent]");
  if (skip && skip.textContent !== about.skip) skip.textContent = about.skip;
};

/* Help buttons come and go with the page; each is named again when it comes. */
const renameHelp = () => {
  const { help } = known.about;
  for (const button of document.querySelectorAll('[aria-label^="Help for "]')) {
    button.setAttribute("aria-label", help + button.getAttribute("aria-label").slice("Help for ".length));
  }
};

const watchHelp = () => {
  renameHelp();
  known.watch ??= new MutationObserver(() => {
    known.due ??= setTimeout(() => {
      known.due = undefined;
      if (known.about.lang !== "en") renameHelp();
    }, 200);
  });
  known.watch.observe(document.body, { childList: true, subtree: true });
};

const say = (words, count) => {
  let region = document.getElementById("jj-said");
  if (!region) {
    region = document.createElement("div");
    region.id = region.className = "jj-said";
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  const now = `${count}:${words}`;
  if (words && known.said !== now) region.textContent = words;
  known.said = now;
};

export default function ({ data }) {
  const about = JSON.parse(data.about);
  document.documentElement.lang = about.lang;
  known.about = about;
  rename(about);
  if (about.lang !== "en") watchHelp();
  say(about.said, about.count);
  if (known.page !== null && known.page !== about.page) setTimeout(() => toHeading(30), 250);
  known.page = about.page;
}
