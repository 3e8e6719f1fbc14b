"use strict";
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const one = (selector) => document.querySelector(selector);

for (const element of all("[data-script]")) element.hidden = false;

// Live figures.

const live = one("[data-live]");
if (live) {
  const status = one("[data-status]"), clock = one("[data-clock]"), pause = one("[data-pause]");
  let shown = live.innerHTML.trim(), timer, paused = false, busy = false;

  // What is read aloud changes with the state alone, not with every update.
  const say = (text) => { if (status.textContent !== text) status.textContent = text; };

  const show = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    const fresh = template.innerHTML.trim();
    if (fresh === shown) return;
    const selection = getSelection();
    if (!selection.isCollapsed && live.contains(selection.anchorNode)) return;
    const focused = live.contains(document.activeElement) ? document.activeElement : null;
    const same = focused && (focused.href ? `[href="${CSS.escape(focused.getAttribute("href"))}"]`
      : `[aria-label="${CSS.escape(focused.getAttribute("aria-label"))}"]`);
    const place = focused && all(same, live).indexOf(focused);
    const scrolled = all(".plot", live).map((plot) => plot.scrollLeft);
    live.replaceChildren(template.content);
    shown = fresh;
    all(".plot", live).forEach((plot, index) => { plot.scrollLeft = scrolled[index] || 0; });
    if (focused) {
      const found = all(same, live);
      (found[place] || found[0])?.focus({ preventScroll: true });
    }
  };

  const update = async () => {
    if (busy || paused || document.hidden) return;
    busy = true;
    try {
      const answer = await fetch(live.dataset.live, { redirect: "manual", signal: AbortSignal.timeout(10000) });
      if ([0, 401, 403].includes(answer.status)) { // 0: sent to the log-in page
        clearInterval(timer);
        pause.hidden = true;
        say("The session has ended: reload the page to log in");
      } else if (answer.ok) {
        const html = await answer.text();
        if (!paused) { show(html); say("Live"); clock.textContent = new Date().toTimeString().slice(0, 8); }
      } else say(`Not updating: the gateway answers ${answer.status}`);
    } catch {
      if (!paused) say("Not updating: the gateway does not answer");
    }
    busy = false;
  };

  pause.addEventListener("click", () => {
    paused = !paused;
    pause.textContent = paused ? "Resume" : "Pause";
    say(paused ? "Paused" : "Live");
    update();
  });
  document.addEventListener("visibilitychange", update);
  timer = setInterval(update, 5000);
}

// The filter folds on narrow screens, unless it is in use.

const filter = one("details.filter");
if (filter) {
  const wide = matchMedia("(min-width: 60rem)");
  const fold = () => { filter.open = wide.matches || location.search.length > 1; };
  wide.addEventListener("change", fold);
  fold();
}

// Pictures: small ones in whole pixels; a version laid over the original, and off again.

const stage = one("#stage");
if (stage) {
  const original = { src: stage.src, alt: stage.alt }, title = one("[data-title]");
  const sharpen = () => stage.classList.toggle("pixels", stage.naturalWidth < stage.clientWidth);
  stage.addEventListener("load", sharpen);
  sharpen();
  const buttons = all("[data-blink]");
  for (const button of buttons) button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") === "false";
    const version = on ? button.closest("li").querySelector("img") : original;
    stage.src = version.src;
    stage.alt = title.textContent = version.alt;
    for (const other of buttons) other.setAttribute("aria-pressed", String(on && other === button));
  });
}

// Forms are sent once.

document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => { for (const form of all("form")) delete form.dataset.sent; });

// Keys.

const keys = one("#keys"), choice = one("[data-shortcuts]");
const stored = (value) => {
  try { return value ? localStorage.setItem("shortcuts", value) : localStorage.getItem("shortcuts"); } catch { return null; }
};
if (choice) {
  choice.checked = stored() !== "off";
  choice.addEventListener("change", () => stored(choice.checked ? "on" : "off"));
}
for (const button of all("[data-opens]")) button.addEventListener("click", () => keys.showModal());

const move = (step) => {
  const links = all(".row a");
  const place = links.findIndex((link) => link.closest(".row").contains(document.activeElement));
  const next = place < 0 ? (step > 0 ? 0 : links.length - 1) : place + step;
  links[next]?.focus();
  return links.length > 0;
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (event.target.closest("input, select, textarea, dialog, [contenteditable]")) return;
  const arrow = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const step = arrow && event.target.closest(".row") ? arrow : { j: 1, k: -1 }[event.key];
  if (!arrow && !choice?.checked) return;
  if (step) {
    if (move(step)) event.preventDefault();
  } else if (!event.repeat && /^[a-z?]$/.test(event.key)) {
    const target = one(`[data-key="${event.key}"]`);
    if (target) { event.preventDefault(); target.click(); }
  }
});
