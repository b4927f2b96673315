// Small comforts of the readers' pages. Everything works without them: each fills a place that is hidden until then,
// or takes over a link that leads to the same thing.

const button = (text) => {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  return made;
};

const stored = () => {
  try {
    return localStorage.getItem("theme") || "auto";
  } catch {
    return "auto";
  }
};

const keep = (theme) => {
  try {
    if (theme === "auto") localStorage.removeItem("theme");
    else localStorage.setItem("theme", theme);
  } catch {
    // The choice then holds for this page only.
  }
};

// As the system, light, dark, and again.
for (const place of document.querySelectorAll("[data-theme-choice]")) {
  const order = ["auto", "light", "dark"];
  let theme = stored();
  const control = button("");
  const show = () => {
    control.textContent = `${place.dataset.label}: ${place.dataset[theme]}`;
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  };
  control.addEventListener("click", () => {
    theme = order[(order.indexOf(theme) + 1) % order.length];
    keep(theme);
    show();
  });
  show();
  place.append(control);
  place.hidden = false;
}

for (const place of document.querySelectorAll("[data-copy]")) {
  const control = button(navigator.share ? place.dataset.share : place.dataset.label);
  control.setAttribute("aria-live", "polite");
  control.addEventListener("click", async () => {
    try {
      if (navigator.share) {
        await navigator.share({title: document.querySelector("h1").textContent, url: place.dataset.copy});
        return;
      }
      await navigator.clipboard.writeText(place.dataset.copy);
      control.textContent = place.dataset.done;
    } catch {
      // The reader closed the dialog, or the browser forbids it: the address stands in its bar.
    }
  });
  if (navigator.share || navigator.clipboard) {
    place.append(control);
    place.hidden = false;
  }
}

// A picture that never comes says so, in the place that is kept for it.
const lost = document.querySelector("[data-lost-picture]");
for (const image of document.querySelectorAll(".hero img, .body img")) {
  const tell = () => {
    if (!image.alt.trim()) image.alt = lost.dataset.lostPicture;
    image.classList.add("lost");
  };
  if (image.complete && image.naturalWidth === 0 && image.currentSrc) tell();
  else image.addEventListener("error", tell, {once: true});
}

// The section that a reader is in stands in sight, also on a phone.
const here = document.querySelector(".sections [aria-current]");
if (here) {
  const strip = here.closest("ul");
  strip.scrollLeft = here.offsetLeft - (strip.clientWidth - here.offsetWidth) / 2;
}

// A player stands in the place of its link once a reader asks for it; until then nobody hears of the reader.
for (const figure of document.querySelectorAll("figure.embed[data-player]")) {
  const link = figure.querySelector("a");
  if (!link) continue;
  link.addEventListener("click", (event) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const player = document.createElement("iframe");
    player.src = figure.dataset.player;
    player.title = link.textContent;
    player.allow = "autoplay; fullscreen; encrypted-media; picture-in-picture";
    player.referrerPolicy = "strict-origin-when-cross-origin";
    player.setAttribute("sandbox", "allow-scripts allow-same-origin allow-popups allow-presentation");
    figure.classList.add("playing");
    figure.prepend(player);
    player.focus();
  }, {once: true});
}
