// Finds articles of the paper to link to, inside the dialog of a link.

import { crel } from "django-prose-editor/editor"

import { delayed } from "body-editor/dialog"

// Returns the part of the dialog; `chosen(article)` is called with what was clicked.
export function articleFinder({ server, labels }, chosen) {
  const id = "body-editor-find"
  const search = crel("input", { id, type: "search", autocomplete: "off" })
  const list = crel("ul", { className: "body-editor-found" })
  const note = crel("p", { className: "body-editor-note", role: "status" })
  let question = 0

  const entry = (article) => {
    const button = crel("button", { type: "button" }, [
      crel("span", { textContent: article.title }),
      crel("small", { textContent: article.note }),
    ])
    button.addEventListener("click", () => chosen(article))
    return crel("li", {}, [button])
  }
  const load = async () => {
    const asked = (question += 1)
    if (!search.value.trim()) {
      list.replaceChildren()
      note.textContent = ""
      return
    }
    try {
      const { articles } = await server.get("articles", { q: search.value })
      if (asked !== question) return
      list.replaceChildren(...articles.map(entry))
      note.textContent = articles.length ? "" : labels.nothing_found
    } catch (error) {
      note.textContent = error.message
    }
  }
  search.addEventListener("input", delayed(load))
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return
    event.preventDefault()
    list.querySelector("button")?.click()
  })
  const caption = crel("label", { htmlFor: id, textContent: labels.find_article })
  return crel("div", { className: "prose-editor-dialog-field body-editor-finder" }, [caption, search, note, list])
}
