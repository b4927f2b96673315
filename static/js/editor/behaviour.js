// Keys, and the small rules that keep what an editor types in order.

import { Extension, Plugin, pm } from "django-prose-editor/editor"

import {
  editLink,
  isInEmptyParagraph,
  lineBreak,
  linkSelection,
  paragraphAfter,
  setBlock,
  toCell,
  toggleList,
  toggleQuote,
} from "body-editor/commands"
import { addressIn, askForEmbed, hostName, insertEmbed, insertFiles, insertFromLibrary } from "body-editor/figures"
import { showKeys } from "body-editor/help"
import { PICTURES } from "body-editor/library"
import { hideStyles, tidyPasted } from "body-editor/paste"
import { clipboardParser } from "body-editor/read"
import { clipboardSerializer } from "body-editor/write"

const { TextSelection } = pm.state

const picturesIn = (data) => [...(data?.files || [])].filter((file) => PICTURES.split(",").includes(file.type))

// `context`: the words, the server, the known hosts of players, and `say`, which shows a short note below the text.
export const behaviour = (context) =>
  Extension.create({
    name: "behaviour",
    priority: 200,

    addKeyboardShortcuts() {
      const run = (command) => () => command(this.editor.state, this.editor.view.dispatch)
      const ask = (question) => () => {
        question(this.editor, context)
        return true
      }
      const list = (tag) => () => {
        toggleList(this.editor, tag)
        return true
      }
      const toggle = (mark) => () => this.editor.commands.toggleMark(mark)
      return {
        Enter: () => this.editor.commands.splitListItem("li"),
        "Shift-Enter": run(lineBreak),
        "Mod-Enter": run(paragraphAfter),
        Tab: () => run(toCell(1))() || this.editor.commands.sinkListItem("li"),
        "Shift-Tab": () => run(toCell(-1))() || this.editor.commands.liftListItem("li"),
        "Mod-b": toggle("strong"),
        "Mod-i": toggle("em"),
        "Mod-k": ask(editLink),
        "Mod-Alt-0": run(setBlock("p")),
        "Mod-Alt-2": run(setBlock("h2")),
        "Mod-Alt-3": run(setBlock("h3")),
        "Mod-Alt-4": run(setBlock("h4")),
        "Mod-Shift-7": list("ol"),
        "Mod-Shift-8": list("ul"),
        "Mod-Shift-9": run(toggleQuote),
        "Mod-Alt-p": ask(insertFromLibrary),
        "Mod-Alt-v": ask(askForEmbed),
        "Mod-/": () => {
          showKeys(context.labels)
          return true
        },
      }
    },

    addProseMirrorPlugins() {
      const { editor } = this
      const { schema } = editor
      const tidy = (root) => {
        const left = tidyPasted(root, context.hosts)
        if (left) context.say(context.labels.pictures_left_out.replace("%(count)d", left))
      }
      return [
        new Plugin({
          props: {
            clipboardParser: clipboardParser(schema, tidy),
            clipboardSerializer,
            transformPastedHTML: hideStyles,
            handlePaste(view, event) {
              const data = event.clipboardData
              const files = picturesIn(data)
              // Office programs add a picture of the text to the text: the text is meant.
              if (files.length && !data.types.includes("text/html")) {
                insertFiles(editor, files, context)
                return true
              }
              const address = addressIn(data?.getData("text/plain") || "")
              if (!address || view.state.selection.$from.parent.type.spec.code) return false
              if (isInEmptyParagraph(view.state) && hostName(address, context.hosts)) {
                insertEmbed(editor, context, address)
                return true
              }
              if (view.state.selection.empty || view.state.selection.node) return false
              linkSelection(editor, address)
              return true
            },
            handleDrop(view, event, _slice, isMoved) {
              const files = picturesIn(event.dataTransfer)
              if (isMoved || !files.length) return false
              const at = view.posAtCoords({ left: event.clientX, top: event.clientY })
              if (at) view.dispatch(view.state.tr.setSelection(TextSelection.near(view.state.doc.resolve(at.pos))))
              insertFiles(editor, files, context)
              return true
            },
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
