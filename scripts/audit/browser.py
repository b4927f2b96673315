"""What Chromium sees: axe-core, console messages, layout shift, weight and the way of the keyboard."""

from collections import Counter
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from scripts.audit.verdict import CHROMIUM, FLAGS, SITE, Verdict

MAX_BYTES = 60_000
WATCH_SHIFTS = """
window.shifts = 0;
new PerformanceObserver(list => { for (const entry of list.getEntries()) window.shifts += entry.value; })
  .observe({type: "layout-shift", buffered: true});
"""
WEIGH = """
performance.getEntries().filter(entry => entry.transferSize !== undefined)
  .reduce((sum, entry) => sum + entry.transferSize, 0)
"""
# The element that has the focus, and whether it shows that; the way is over when the page has it again.
FOCUSED = """
() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const style = getComputedStyle(element);
  const all = [...document.querySelectorAll("*")];
  return {number: all.indexOf(element), html: element.outerHTML.slice(0, 100),
          seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0};
}
"""
# A page may give the focus to a field of its own; the way begins at the top all the same.
BEGIN = """
() => {
  const start = document.createElement("span");
  start.tabIndex = -1;
  document.body.prepend(start);
  start.focus();
}
"""
FOCUSABLE = """
[...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")].filter(element =>
  element.tabIndex >= 0 && element.checkVisibility({visibilityProperty: true}) && !element.disabled).length
"""


def judge_in_browser(
    kinds: dict[str, str], imported_kinds: dict[str, str], imported: list[str], tools: Path, verdict: Verdict
) -> None:
    axe = (tools / "node_modules/axe-core/axe.min.js").read_text("utf-8")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for scheme in ("light", "dark"):
            # The pages' own policy holds for the messages; axe is let in by the debugger.
            context = chromium.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
            context.route("**/*", lambda route: route.continue_() if SITE in route.request.url else route.abort())
            context.add_init_script(WATCH_SHIFTS)
            page = context.new_page()
            look_at(page, kinds, f"pages, {scheme}", axe, verdict)
            if imported_kinds:
                look_at(page, imported_kinds, f"pages of imports, {scheme}", axe, verdict)
            found = sum((violations_of(page, path, axe) for path in imported), Counter())
            verdict.add_faults(f"axe, {len(imported)} articles, {scheme}", "0 violations", dict(found))
            context.close()
        page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
        for name, path in {**kinds, **imported_kinds}.items():
            page.goto(SITE + path)
            verdict.add_faults(f"keyboard, {name}", "all reached, focus seen", walk(page))
        for name, path in {**kinds, **imported_kinds}.items():
            if name == "article without pictures" or name.startswith("article of "):
                weigh(chromium, name, path, verdict)
        chromium.close()


def look_at(page: Any, kinds: dict[str, str], what: str, axe: str, verdict: Verdict) -> None:
    """Open each page: no violation for axe, no message in the console, nothing that moves."""
    messages: list[str] = []

    def hear(message: Any) -> None:
        messages.append(f"{page.url.removeprefix(SITE)[:40]} {message.text}")

    page.on("console", hear)
    found: Counter[str] = Counter()
    shifts: dict[str, float] = {}
    for path in kinds.values():
        found += violations_of(page, path, axe)
        if moved := page.evaluate("window.shifts"):
            shifts[path] = moved
    page.remove_listener("console", hear)
    # Chromium itself reports the page that is not there, and pictures that an import lacks or that are elsewhere.
    heard = [text for text in messages if "Failed to load resource" not in text]
    verdict.add_faults(f"axe, {len(kinds)} {what}", "0 violations", dict(found))
    verdict.add_faults(f"console, {len(kinds)} {what}", "no message", heard[:3])
    verdict.add_faults(f"layout shift, {len(kinds)} {what}", "0", shifts)


def violations_of(page: Any, path: str, axe: str) -> Counter[str]:
    page.goto(SITE + path)
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return Counter({f"{entry['id']} {path[:40]}": len(entry["nodes"]) for entry in found})


def walk(page: Any) -> str:
    """Go through the page with the Tab key; return what is wrong, "" for nothing."""
    page.evaluate(BEGIN)
    expected = page.evaluate(FOCUSABLE)
    seen: set[int] = set()
    for _step in range(expected + 5):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None or focused["number"] in seen:
            break
        if not focused["seen"]:
            return f"focus not seen: {focused['html']}"
        seen.add(focused["number"])
    return "" if len(seen) >= expected else f"{len(seen)} of {expected} reached"


def weigh(chromium: Any, name: str, path: str, verdict: Verdict) -> None:
    """What a first visit moves over the wire: the page and all that it loads, headers included."""
    page = chromium.new_context().new_page()
    page.goto(SITE + path)
    page.wait_for_load_state("networkidle")
    weight = int(page.evaluate(WEIGH))
    pictures = page.evaluate("document.querySelectorAll('img').length")
    page.context.close()
    if not pictures:
        verdict.add(f"weight, {name}", f"< {MAX_BYTES} bytes", weight, good=weight < MAX_BYTES)
