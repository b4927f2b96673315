// Copies the text as it looks, for the editor of a WeChat public account.

import { tell } from "body-editor/dialog"

// Works without https too, where browsers offer no other way to the clipboard.
function copy({ html, text }) {
  const fill = (event) => {
    event.clipboardData.setData("text/html", html)
    event.clipboardData.setData("text/plain", text)
    event.preventDefault()
    // The editor would write its own selection over it.
    event.stopImmediatePropagation()
  }
  document.addEventListener("copy", fill, { capture: true, once: true })
  const done = document.execCommand("copy")
  document.removeEventListener("copy", fill, { capture: true })
  return done
}

export async function copyForWechat(editor, body, { server, labels, say }) {
  try {
    const language = editor.view.dom.closest("[lang]")?.lang || ""
    const isDone = copy(await server.post("wechat", { body, language }))
    say(isDone ? labels.copied : labels.not_copied)
  } catch (error) {
    await tell(labels.copy_wechat, error.message, labels)
  }
  editor.view.focus()
}
