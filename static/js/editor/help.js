// The list of keys.

import { crel } from "django-prose-editor/editor"

import { cancelButton, dialogButtons, dialogForm, openDialog } from "body-editor/dialog"

const isMac = /Mac|iPhone|iPad/.test(navigator.platform)
const nameOf = (key) => (key === "Mod" ? (isMac ? "⌘" : "Ctrl") : key === "Alt" && isMac ? "⌥" : key)

// Each entry: the label's name, and the key as it is bound.
export const KEYS = [
  ["save", "Mod-S"],
  ["bold", "Mod-B"],
  ["italic", "Mod-I"],
  ["link", "Mod-K"],
  ["paragraph", "Mod-Alt-0"],
  ["heading_2", "Mod-Alt-2"],
  ["heading_3", "Mod-Alt-3"],
  ["heading_4", "Mod-Alt-4"],
  ["numbered_list", "Mod-Shift-7"],
  ["bullet_list", "Mod-Shift-8"],
  ["quote", "Mod-Shift-9"],
  ["library", "Mod-Alt-P"],
  ["embed", "Mod-Alt-V"],
  ["line_break", "Shift-Enter"],
  ["leave_block", "Mod-Enter"],
  ["next_cell", "Tab"],
  ["paste_plain", "Mod-Shift-V"],
  ["undo", "Mod-Z"],
  ["redo", "Mod-Shift-Z"],
  ["help", "Mod-/"],
]

export function showKeys(labels) {
  const rows = KEYS.flatMap(([name, keys]) => {
    const parts = keys.split("-").map((key) => crel("kbd", { textContent: nameOf(key) }))
    return [crel("dt", {}, parts), crel("dd", { textContent: labels[name] })]
  })
  const list = crel("dl", { className: "body-editor-keys" }, rows)
  return openDialog(dialogForm(labels.help, [list, dialogButtons(cancelButton(labels, labels.ok))]))
}
