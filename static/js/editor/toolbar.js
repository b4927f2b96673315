// The buttons, built with the library's menu; all words come from the server, in the language of the admin.

import { Menu, crel } from "django-prose-editor/editor"

import * as commands from "body-editor/commands"
import { askForEmbed, insertFromLibrary } from "body-editor/figures"
import { showKeys } from "body-editor/help"
import * as tables from "body-editor/tables"
import { copyForWechat } from "body-editor/wechat"

const BLOCKS = ["p", "h2", "h3", "h4"]

// `context` as for behaviour.js; `body()` returns the HTML as it would be saved.
export const toolbar = (context, { toggleSource, body }) => {
  const { labels } = context
  return Menu.configure({
    defaultItems: false,
    items: ({ editor, buttons, menu }) => {
      const apply = (command) => (target) => command(target.state, target.view.dispatch)
      const can = (command) => (target) => command(target.state)

      // `pressed` where the button says a state, `command` in ProseMirror's own form where it is one.
      const item = (icon, name, { command, run, pressed, hidden, enabled }) => {
        const button = buttons.material(icon, labels[name])
        return {
          name,
          button,
          command: run || apply(command),
          enabled: enabled || (command ? can(command) : () => true),
          active: (target) => Boolean(pressed?.(target.state)),
          hidden: (target) => Boolean(hidden?.(target.state)),
          update: (target) => {
            if (pressed) button.setAttribute("aria-pressed", String(Boolean(pressed(target.state))))
          },
        }
      }
      const group = (items) => menu.buttonGroup({ editor }, items)
      const mark = (icon, name, type) => ({
        ...item(icon, name, { run: (target) => target.chain().focus().toggleMark(type).run() }),
        active: (target) => target.isActive(type),
      })
      const list = (icon, name, tag) =>
        item(icon, name, {
          run: (target) => commands.toggleList(target, tag),
          pressed: (state) => commands.isIn(state, tag),
        })
      const side = (icon, name, value) =>
        item(icon, name, { command: commands.align(value), pressed: (state) => commands.isAligned(state, value) })
      const noTable = (state) => !tables.findTable(state)
      const inTable = (icon, name, command) => item(icon, name, { command, hidden: noTable })

      return [
        blockChoice(editor, labels),
        group([
          mark("format_bold", "bold", "strong"),
          mark("format_italic", "italic", "em"),
          mark("code", "code", "code"),
        ]),
        group([
          item("insert_link", "link", {
            run: (target) => commands.editLink(target, context),
            pressed: commands.hasLink,
          }),
          item("link_off", "unlink", { command: commands.removeLink, hidden: (state) => !commands.hasLink(state) }),
        ]),
        group([
          list("format_list_bulleted", "bullet_list", "ul"),
          list("format_list_numbered", "numbered_list", "ol"),
          item("format_quote", "quote", {
            command: commands.toggleQuote,
            pressed: (state) => commands.isIn(state, "blockquote"),
          }),
          item("data_object", "code_block", {
            command: commands.toggleCodeBlock,
            pressed: (state) => commands.blockTag(state) === "pre",
          }),
        ]),
        group([
          side("format_align_center", "align_center", "center"),
          side("format_align_right", "align_right", "right"),
        ]),
        group([
          item("photo_library", "library", { run: (target) => insertFromLibrary(target, context) }),
          item("image", "image", { run: (target) => commands.editImage(target, labels) }),
          item("smart_display", "embed", { run: (target) => askForEmbed(target, context) }),
          item("grid_on", "table", { run: (target) => commands.insertTable(target, labels) }),
          item("horizontal_rule", "rule", {
            run: (target) => target.chain().focus().insertContent({ type: "hr" }).run(),
          }),
        ]),
        tableChoice(editor, labels, [
          ["add_row", tables.addRow],
          ["add_column", tables.addColumn],
          ["header_cell", tables.toggleHeading],
          ["remove_row", tables.removeRow],
          ["remove_column", tables.removeColumn],
          ["remove_table", tables.removeTable],
        ]),
        group([
          item("undo", "undo", {
            run: (target) => target.commands.undo(),
            enabled: (target) => target.can().undo(),
          }),
          item("redo", "redo", {
            run: (target) => target.commands.redo(),
            enabled: (target) => target.can().redo(),
          }),
        ]),
        textButton(buttons.text(labels.wechat, labels.copy_wechat), "copy_wechat", () =>
          copyForWechat(editor, body(), context),
        ),
        textButton(buttons.text("?", labels.help), "help", () => showKeys(labels)),
        sourceButton(buttons, labels, toggleSource),
      ]
    },
  })
}

function textButton(button, name, run) {
  button.dataset.name = name
  button.addEventListener("click", run)
  return crel("div", { className: "prose-menubar__group" }, [button])
}

function choice(name, title, options) {
  return crel(
    "select",
    { className: "body-editor-choice", name: "", title, "aria-label": title, "data-name": name },
    options.map(([value, textContent]) => crel("option", { value, textContent })),
  )
}

function blockChoice(editor, labels) {
  const names = { p: labels.paragraph, h2: labels.heading_2, h3: labels.heading_3, h4: labels.heading_4 }
  const select = choice(
    "block",
    labels.block,
    BLOCKS.map((tag) => [tag, names[tag]]),
  )
  // Of what else the cursor may stand in, the choice says the tag and offers no more of it.
  const other = crel("option", { value: "", disabled: true, hidden: true })
  select.append(other)
  select.addEventListener("change", () => {
    commands.setBlock(select.value)(editor.state, editor.view.dispatch)
    editor.view.focus()
  })
  editor.on("transaction", () => {
    const tag = commands.blockTag(editor.state)
    other.textContent = `<${tag}>`
    select.value = BLOCKS.includes(tag) ? tag : ""
  })
  return select
}

function tableChoice(editor, labels, actions) {
  const select = choice("edit_table", labels.edit_table, [
    ["", labels.edit_table],
    ...actions.map(([name]) => [name, labels[name]]),
  ])
  select.addEventListener("change", () => {
    Object.fromEntries(actions)[select.value]?.(editor.state, editor.view.dispatch)
    select.value = ""
    editor.view.focus()
  })
  editor.on("transaction", () => {
    select.hidden = !tables.findTable(editor.state)
    for (const [index, [, command]] of actions.entries()) {
      select.options[index + 1].disabled = !select.hidden && !command(editor.state)
    }
  })
  return select
}

function sourceButton(buttons, labels, toggleSource) {
  const button = buttons.text("HTML", labels.source)
  button.dataset.name = "source"
  button.setAttribute("aria-pressed", "false")
  button.addEventListener("click", () => {
    const isSource = toggleSource()
    button.setAttribute("aria-pressed", String(isSource))
    button.classList.toggle("active", isSource)
  })
  return crel("div", { className: "prose-menubar__group body-editor-source-button" }, [button])
}
