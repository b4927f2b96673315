// Puts the editor in place of the textarea. The textarea stays what is sent: until the text is really changed it keeps
// the server's own characters, so opening and saving an article changes nothing in it.

import { Dropcursor, Editor, Gapcursor, History, crel } from "django-prose-editor/editor"

import { behaviour } from "body-editor/behaviour"
import { firstTextPlace } from "body-editor/commands"
import { contentExtensions } from "body-editor/extensions"
import { readBody } from "body-editor/read"
import { Server } from "body-editor/server"
import { toolbar } from "body-editor/toolbar"
import { countDocument, countSelection } from "body-editor/words"
import { writeBody } from "body-editor/write"

const MARKER = "data-body-editor"

function start(textarea) {
  const { labels, urls, hosts } = JSON.parse(textarea.getAttribute(MARKER))
  const isEditable = !textarea.disabled && !textarea.readOnly
  const element = crel("div", { className: `prose-editor body-editor${isEditable ? "" : " disabled"}` })
  const source = crel("div", { className: "body-editor-source", hidden: true })
  const count = crel("span", { className: "body-editor-count" })
  const note = crel("span", { className: "body-editor-note", role: "status" })
  const say = (text) => (note.textContent = text)
  const context = { labels, hosts, say, server: new Server(urls, labels) }

  // Each HTML that was read, with its document: where the text is the same again, so are its characters.
  const known = []
  let body = {}
  const read = (schema) => {
    const html = textarea.value
    body = readBody(html, schema, body.sources)
    known.push({ doc: body.doc, html })
    return body.doc
  }

  const write = (doc) => {
    textarea.value = known.find((version) => version.doc.eq(doc))?.html ?? writeBody(doc, body)
    textarea.dispatchEvent(new Event("input", { bubbles: true }))
  }

  // Takes over what was typed in the source view, as one step that can be undone. The textarea keeps it as typed.
  const show = () => {
    const { tr } = editor.state
    tr.replaceWith(0, tr.doc.content.size, read(editor.schema).content)
    editor.view.dispatch(tr.setSelection(firstTextPlace(tr.doc)).setMeta("preventUpdate", true))
  }

  const tellCount = (state) => {
    const [total, selected] = [countDocument(state.doc), countSelection(state)]
    count.textContent = labels.words.replace("%(count)d", total)
    if (selected) count.textContent += ` ${labels.selected_words.replace("%(count)d", selected)}`
  }

  let before = textarea.value
  const toggleSource = () => {
    const toSource = source.hidden
    source.hidden = !toSource
    element.classList.toggle("is-source", toSource)
    if (toSource) {
      before = textarea.value
      textarea.focus()
    } else {
      if (textarea.value !== before) show()
      editor.view.focus()
    }
    return toSource
  }

  const editor = new Editor({
    element,
    editable: isEditable,
    injectCSS: false, // the page's CSP allows no inline style; editor.css has these rules
    extensions: [
      ...contentExtensions(),
      Dropcursor.configure({ class: "body-editor-dropcursor", color: false }),
      Gapcursor,
      History,
      behaviour(context),
      ...(isEditable ? [toolbar(context, { toggleSource, body: () => textarea.value })] : []),
    ],
    editorProps: {
      attributes: { "aria-label": labels.body, "aria-multiline": "true" },
    },
    onBeforeCreate({ editor }) {
      editor.options.content = read(editor.schema)
    },
    onUpdate({ editor }) {
      write(editor.state.doc)
    },
    onTransaction({ editor }) {
      tellCount(editor.state)
    },
  })
  tellCount(editor.state)
  const { state, view } = editor
  view.updateState(state.apply(state.tr.setSelection(firstTextPlace(state.doc))))

  // Only now: an editor that could not start must not keep anybody from the text.
  textarea.before(element)
  source.append(textarea)
  element.append(source, crel("p", { className: "body-editor-status" }, [count, note]))
  // The label names the textarea, which is hidden.
  for (const label of textarea.labels) label.addEventListener("click", () => source.hidden && view.focus())
  textarea.dispatchEvent(new CustomEvent("body-editor:ready", { bubbles: true, detail: { editor } }))
}

for (const textarea of document.querySelectorAll(`textarea[${MARKER}]`)) start(textarea)

// Ctrl+S saves and stays, wherever in the form one writes.
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "s") return
  const button = document.querySelector("form [name=_continue]")
  if (!button) return
  event.preventDefault()
  if (!document.querySelector("dialog[open]")) button.click()
})
