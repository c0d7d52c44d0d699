// Enhancement only: under everything here stands a link or a form that works without it.

const page = document;
const root = page.documentElement;
root.classList.add("js");

const one = (selector, within = page) => within.querySelector(selector);
const all = (selector, within = page) => [...within.querySelectorAll(selector)];
const toasts = one("#toasts");

function toast(text) {
  if (!toasts || !text) return;
  const box = page.createElement("div");
  box.className = "toast";
  box.textContent = text;
  toasts.append(box);
  setTimeout(() => box.remove(), 6000);
}

// Theme: at once, and remembered for the server in the same cookie that it would set.
page.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-theme-form]");
  if (!form || !event.submitter) return;
  event.preventDefault();
  const theme = event.submitter.value;
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  page.cookie = `theme=${theme};path=/;max-age=31536000;samesite=lax`;
  for (const button of all("form[data-theme-form] button")) button.setAttribute("aria-pressed", String(button.value === theme));
});

// Copy a text.
page.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(one(button.dataset.copy).textContent.trim());
    toast(button.dataset.done);
  } catch {
    toast(toasts.dataset.failed);
  }
});

// Keys: "/" goes to the search box; a letter presses what has it as data-key; Escape closes an open menu and gives the focus back.
page.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const typing = event.target.isContentEditable || /^(input|textarea|select)$/i.test(event.target.tagName);
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const box = one("[data-search]");
    if (box) {
      event.preventDefault();
      box.focus();
      box.select();
    }
  }
  const control = !typing && !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat && /^[a-z]$/.test(event.key) && one(`[data-key="${event.key}"]`);
  if (control) {
    event.preventDefault();
    control.click();
  }
  const menu = event.key === "Escape" && event.target.closest("details.dropdown[open]");
  if (menu) {
    menu.open = false;
    one("summary", menu).focus();
  }
});
page.addEventListener("click", (event) => {
  for (const menu of all("details.dropdown[open]")) if (!menu.contains(event.target)) menu.open = false;
});

// Type-ahead: a combobox (ARIA 1.2) over a list that the server makes.
function combobox(input) {
  const list = page.createElement("ul");
  list.className = "listbox";
  list.id = `${input.id}-list`;
  list.role = "listbox";
  list.hidden = true;
  list.setAttribute("aria-label", input.dataset.label);
  input.parentElement.append(list);
  input.role = "combobox";
  input.autocomplete = "off";
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);

  let chosen = -1;
  let timer;
  let asking;
  const options = () => all("[role=option]", list);

  function show(open) {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    chosen = -1;
    input.removeAttribute("aria-activedescendant");
  }

  function choose(place) {
    const found = options();
    chosen = (place + found.length) % found.length;
    found.forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
    input.setAttribute("aria-activedescendant", found[chosen].id);
    found[chosen].scrollIntoView({ block: "nearest" });
  }

  function take(option) {
    show(false);
    if (option.dataset.href) {
      location.assign(option.dataset.href);
      return;
    }
    input.value = option.dataset.value;
    input.form.requestSubmit();
  }

  async function ask(typed) {
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(typed)}`, {
        signal: asking.signal,
        headers: { "HX-Request": "true" },
      });
      if (!answer.ok || page.activeElement !== input) return;
      list.innerHTML = await answer.text();
      show(options().length > 0);
    } catch {
      // the visitor typed on, or is offline: no list then
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    const typed = input.value.trim();
    // One Chinese character says as much as two Latin letters.
    if (typed.length < 2 && !/\p{Script=Han}/u.test(typed)) {
      show(false);
      return;
    }
    timer = setTimeout(ask, 150, typed);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const found = options().length;
    if (event.key === "ArrowDown" && found) {
      event.preventDefault();
      if (list.hidden) show(true);
      choose(chosen + 1);
    } else if (event.key === "ArrowUp" && found) {
      event.preventDefault();
      if (list.hidden) show(true);
      choose(chosen < 0 ? found - 1 : chosen - 1);
    } else if (event.key === "Enter" && chosen >= 0 && !list.hidden) {
      event.preventDefault();
      take(options()[chosen]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      show(false);
    }
  });
  input.addEventListener("blur", () => setTimeout(show, 150, false));
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) {
      event.preventDefault();
      take(option);
    }
  });
}
all("input[data-suggest]").forEach(combobox);

// htmx: what failed is said; what the server wants said is said.
page.addEventListener("htmx:responseError", () => toast(toasts?.dataset.failed));
page.addEventListener("htmx:sendError", () => toast(toasts?.dataset.failed));
page.addEventListener("toast", (event) => toast(event.detail.value));
page.addEventListener("htmx:beforeRequest", (event) => event.detail.target?.setAttribute("aria-busy", "true"));
page.addEventListener("htmx:afterRequest", (event) => event.detail.target?.removeAttribute("aria-busy"));

// Bookmarks lead back to the list that stands there now.
page.addEventListener("htmx:pushedIntoHistory", () => {
  const next = one("#keep [name=next]");
  if (next) next.value = location.pathname + location.search;
});

// A run's page says aloud that it works, each quarter, and that it has ended; not each record.
const said = one("#run-said");
let quarter = 0;
page.addEventListener("htmx:afterSwap", () => {
  const live = said && one("#run-live");
  if (!live) return;
  const bar = one("progress[max]", live);
  const now = bar ? Math.floor((4 * bar.value) / bar.max) : 0;
  if (!live.hasAttribute("hx-get")) said.textContent = said.dataset.ended;
  else if (now > quarter) said.textContent = said.dataset.part.replace("{}", `${now * 25} %`);
  else if (!said.textContent) said.textContent = said.dataset.begun;
  quarter = now;
});

// An error summary takes the focus, so that it is read first.
one("#errors")?.focus();
