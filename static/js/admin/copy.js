// Copies the field beside a button. Without it the field can be selected by hand.

for (const button of document.querySelectorAll("[data-copy-field]")) {
  const field = button.parentElement.querySelector("input")
  field.addEventListener("focus", () => field.select())
  if (!navigator.clipboard) continue
  button.hidden = false
  button.addEventListener("click", async () => {
    field.select()
    try {
      await navigator.clipboard.writeText(field.value)
      button.textContent = button.dataset.done
    } catch {
      // The browser forbids it; the text is selected.
    }
  })
}
