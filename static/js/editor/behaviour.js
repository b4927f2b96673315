// Keys, and the small rules that keep what an editor types in order.

import { Extension, Plugin, pm } from "django-prose-editor/editor"

import { editLink, lineBreak, paragraphAfter, toCell } from "body-editor/commands"
import { clipboardParser } from "body-editor/read"
import { clipboardSerializer } from "body-editor/write"

const { TextSelection } = pm.state

export const behaviour = (labels) =>
  Extension.create({
    name: "behaviour",
    priority: 200,

    addKeyboardShortcuts() {
      const run = (command) => () => command(this.editor.state, this.editor.view.dispatch)
      const toggle = (mark) => () => this.editor.commands.toggleMark(mark)
      return {
        Enter: () => this.editor.commands.splitListItem("li"),
        "Shift-Enter": run(lineBreak),
        "Mod-Enter": run(paragraphAfter),
        Tab: () => run(toCell(1))() || this.editor.commands.sinkListItem("li"),
        "Shift-Tab": () => run(toCell(-1))() || this.editor.commands.liftListItem("li"),
        "Mod-b": toggle("strong"),
        "Mod-i": toggle("em"),
        "Mod-k": () => {
          editLink(this.editor, labels)
          return true
        },
      }
    },

    addProseMirrorPlugins() {
      const { schema } = this.editor
      return [
        new Plugin({
          props: {
            clipboardParser: clipboardParser(schema),
            clipboardSerializer,
            // A key pressed while a whole table or rule is selected writes after it and does not replace it.
            handleTextInput(view, _from, _to, text) {
              const { selection, tr } = view.state
              if (!selection.node?.isBlock) return false
              tr.insert(selection.to, schema.nodes.p.create(null, schema.text(text)))
              view.dispatch(tr.setSelection(TextSelection.create(tr.doc, selection.to + 1 + text.length)))
              return true
            },
          },
          // Text that left a list or a table stands among paragraphs and becomes one.
          appendTransaction(transactions, _before, state) {
            // What is undone comes back as it was.
            if (!transactions.some((transaction) => transaction.docChanged)) return null
            if (transactions.some((transaction) => pm.history.isHistoryTransaction(transaction))) return null
            const { tr } = state
            state.doc.forEach((node, at) => {
              if (node.type.name === "line") tr.setNodeMarkup(at, schema.nodes.p)
            })
            return tr.docChanged ? tr : null
          },
        }),
      ]
    },
  })
