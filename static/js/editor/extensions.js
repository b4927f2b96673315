// Makes the table of schema.js into Tiptap's node and mark types.

import { Mark, Node } from "django-prose-editor/editor"

import { ELEMENTS, NOT_REPEATED, attributesOf, isBlockKind } from "body-editor/schema"

const attributeTypes = (tag) =>
  Object.fromEntries(
    attributesOf(tag).map((name) => [
      name,
      {
        default: null,
        keepOnSplit: !NOT_REPEATED.has(name),
        parseHTML: (element) => element.getAttribute(name),
      },
    ]),
  )

export const writtenAttributes = (tag, attrs) =>
  Object.fromEntries(attributesOf(tag).flatMap((name) => (attrs[name] == null ? [] : [[name, attrs[name]]])))

// What the editor shows; write.js writes what is saved. What a click folds could not be edited, and where a link stands
// around blocks, browsers type beside it: these are shown as plain boxes.
const box = (tag, attrs) => ["div", { class: tag, lang: attrs.lang, dir: attrs.dir }, 0]
const shown = (tag, attrs, ...content) =>
  tag === "details" || tag === "summary" ? box(tag, attrs) : [tag, writtenAttributes(tag, attrs), ...content]

function block(tag, spec) {
  const flow = spec.part ? "any" : "flow any"
  const common = { name: tag, group: spec.list ? `${flow} list` : flow, addAttributes: () => attributeTypes(tag) }
  const parse = { parseHTML: () => [{ tag }] }
  if (spec.kind === "rule") {
    return Node.create({
      ...common,
      ...parse,
      renderHTML: ({ node }) => shown(tag, node.attrs),
    })
  }
  return Node.create({
    ...common,
    ...parse,
    content: spec.kind === "text" ? "inline*" : spec.content,
    code: !!spec.code,
    whitespace: spec.code ? "pre" : "normal",
    defining: true,
    isolating: ["td", "th", "caption", "figcaption", "summary"].includes(tag),
    renderHTML: ({ node }) => shown(tag, node.attrs, 0),
  })
}

const looseName = (tag) => `${tag}_loose`

// The same tag around any blocks at all.
const loose = (tag, spec) =>
  Node.create({
    name: looseName(tag),
    group: spec.part ? "any" : "flow any",
    content: "any*",
    whitespace: spec.code ? "pre" : "normal",
    addAttributes: () => attributeTypes(tag),
    renderHTML: ({ node }) =>
      spec.kind === "mark" ? box(`around around-${tag}`, node.attrs) : shown(tag, node.attrs, 0),
  })

const leaf = (tag) =>
  Node.create({
    name: tag,
    group: "inline",
    inline: true,
    selectable: tag === "img",
    draggable: tag === "img",
    addAttributes: () => attributeTypes(tag),
    parseHTML: () => [{ tag }],
    renderHTML: ({ node }) => shown(tag, node.attrs),
    renderText: () => (tag === "br" ? "\n" : ""),
  })

// `key` tells one element from the next: without it <kbd>Ctrl</kbd><kbd>C</kbd> would become one <kbd>. It counts in
// document order, so it also says which of two marks over the same text stood outside.
const inlineMark = (tag, spec) =>
  Mark.create({
    name: tag,
    excludes: "",
    inclusive: !spec.ends,
    addAttributes: () => ({ ...attributeTypes(tag), key: { default: null, rendered: false, parseHTML: () => null } }),
    parseHTML: () => [{ tag }],
    renderHTML: ({ mark }) => [tag, writtenAttributes(tag, mark.attrs), 0],
  })

const structure = [
  Node.create({ name: "doc", topNode: true, content: "(p | flow)+" }),
  Node.create({ name: "text", group: "inline" }),
]

const helpers = [
  Node.create({
    name: "line",
    group: "flow any",
    content: "inline*",
    parseHTML: () => [{ tag: "div.line" }],
    renderHTML: () => ["div", { class: "line" }, 0],
  }),
  // An inline element without content, as <a href="…"></a>: a mark needs text to stand on.
  Node.create({
    name: "hollow",
    group: "inline",
    inline: true,
    atom: true,
    addAttributes: () => ({ tag: { default: "span" }, attributes: { default: {} } }),
    renderHTML: ({ node }) => ["span", { class: "hollow", title: `<${node.attrs.tag}>` }],
  }),
]

// Parts that stand outside of their parent; last, so that nothing is ever put into it by the editor's own choice.
const strays = Node.create({
  name: "strays",
  group: "flow",
  content: "any+",
  renderHTML: () => ["div", { class: "strays" }, 0],
})

export function contentExtensions() {
  const entries = Object.entries(ELEMENTS)
  const blocks = entries.filter(([, spec]) => isBlockKind(spec.kind))
  const marks = entries.filter(([, spec]) => spec.kind === "mark")
  const [paragraph, ...others] = blocks.map(([tag, spec]) => block(tag, spec))
  return [
    ...structure,
    paragraph,
    ...helpers,
    ...others,
    ...entries.filter(([, spec]) => spec.kind === "leaf").map(([tag]) => leaf(tag)),
    ...[...blocks, ...marks].filter(([, spec]) => spec.kind !== "rule").map(([tag, spec]) => loose(tag, spec)),
    strays,
    ...marks.map(([tag, spec]) => inlineMark(tag, spec)),
  ]
}

export const looseType = (schema, tag) => schema.nodes[looseName(tag)]

export const tagOfType = (type) => type.name.replace(/_loose$/, "")
