// Offers names of sections, tags and authors while a reader types; without it the form works just the same.
"use strict";

(() => {
  const field = document.querySelector("input[data-names]");
  if (!field || !field.list) return;
  let timer = 0;
  let asked = "";

  async function ask() {
    const words = field.value.trim();
    if (words === asked || !words) return;
    asked = words;
    const response = await fetch(`${field.dataset.names}?q=${encodeURIComponent(words)}`);
    if (!response.ok) return;
    const { names } = await response.json();
    if (asked !== words) return;
    field.list.replaceChildren(
      ...names.map((name) => {
        const option = document.createElement("option");
        option.value = name;
        // Browsers show what holds the typed letters only; pinyin stands in the label.
        if (!name.includes(words)) option.label = words;
        return option;
      }),
    );
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => ask().catch(() => {}), 150);
  });
})();
