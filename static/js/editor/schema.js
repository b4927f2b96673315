// The markup the editor can hold, as one table; it says the same as ELEMENTS in articles/text/policy.py.
//
// kind   text:  a block of running text
//        box:   a block of blocks; `content` is what it holds when it is in order
//        mark:  running text inside a block
//        leaf:  stands in running text and holds nothing
//        rule:  a block that holds nothing
// part   the block makes sense in its own parent only (a cell, a list item)
//
// ProseMirror blocks hold either blocks or running text, HTML blocks hold both. Two things bridge that:
// * `line`, a block without a tag, holds the running text that stands beside blocks: <li>line<ul>…</ul></li>;
// * each element has a second, loose type of the same tag that holds any blocks in any order. It takes what the
//   tidy type cannot: text directly in a list, a link around three paragraphs. So nothing is lost, and the commands
//   that know the tidy types only cannot make disorder themselves.

const FLOW = "(line | flow)+"
const PROSE = "(p | flow)+"

const heading = { kind: "text", attributes: ["class"] }
const cell = { kind: "box", part: true, content: FLOW, attributes: ["class", "colspan", "rowspan"] }
const rows = { kind: "box", part: true, content: "tr+" }
const mark = { kind: "mark" }

// The order counts: among blocks the earlier one is the default, among marks the earlier one is drawn outside.
export const ELEMENTS = {
  p: { kind: "text", attributes: ["class"] },
  h1: heading,
  h2: heading,
  h3: heading,
  h4: heading,
  h5: heading,
  h6: heading,
  pre: { kind: "text", code: true },
  ul: { kind: "box", content: "li+", list: true },
  ol: { kind: "box", content: "li+", list: true, attributes: ["start", "reversed", "type"] },
  li: { kind: "box", part: true, content: FLOW, attributes: ["value"] },
  blockquote: { kind: "box", content: PROSE, attributes: ["cite"] },
  dl: { kind: "box", content: "(dt | dd)+" },
  dt: { kind: "text", part: true },
  dd: { kind: "box", part: true, content: FLOW },
  table: { kind: "box", content: "caption? (tbody | thead | tfoot)+" },
  caption: { kind: "text", part: true },
  tbody: rows,
  thead: rows,
  tfoot: rows,
  tr: { kind: "box", part: true, content: "(td | th)+" },
  td: cell,
  th: { ...cell, attributes: [...cell.attributes, "scope"] },
  figure: { kind: "box", content: "(line | flow | figcaption)+", attributes: ["class"] },
  figcaption: { kind: "text", part: true, attributes: ["class"] },
  details: { kind: "box", content: "summary? (p | flow)*", attributes: ["open"] },
  summary: { kind: "text", part: true },
  hr: { kind: "rule" },
  br: { kind: "leaf" },
  wbr: { kind: "leaf" },
  img: { kind: "leaf", attributes: ["src", "alt", "title", "width", "height"] },
  del: { kind: "mark", attributes: ["cite", "datetime"] },
  ins: { kind: "mark", attributes: ["cite", "datetime"] },
  q: { kind: "mark", attributes: ["cite"] },
  a: { kind: "mark", attributes: ["href", "title"], ends: true },
  ruby: mark,
  rt: { kind: "mark", ends: true },
  rp: { kind: "mark", ends: true },
  span: mark,
  bdi: mark,
  bdo: mark,
  abbr: { kind: "mark", attributes: ["title"] },
  dfn: { kind: "mark", attributes: ["title"] },
  cite: mark,
  time: { kind: "mark", attributes: ["datetime"], ends: true },
  mark,
  small: mark,
  strong: mark,
  em: mark,
  u: mark,
  s: mark,
  sub: mark,
  sup: mark,
  kbd: mark,
  samp: mark,
  var: mark,
  code: { kind: "mark", attributes: ["class"] },
}

export const EVERYWHERE = ["lang", "dir"]

// What other editors' markup means, when it is pasted.
export const RENAMED = { b: "strong", i: "em", strike: "s", tt: "code", acronym: "abbr", menu: "ul", dir: "ul" }

// Unknown elements that begin a new line; of other unknown elements the text stays where it was.
export const BOXES = new Set(
  ("address article aside center div fieldset footer form header hgroup main nav section").split(" "),
)

// Unknown elements whose text is no text.
export const UNSPOKEN = new Set(
  (
    "script style template noscript svg math textarea select option datalist title head canvas " +
    "iframe object embed video audio"
  ).split(" "),
)

export const attributesOf = (tag) => [...(ELEMENTS[tag].attributes || []), ...EVERYWHERE]

export const tagOf = (element) => {
  const tag = element.localName
  return Object.hasOwn(RENAMED, tag) ? RENAMED[tag] : tag
}

export const kindOf = (tag) => (Object.hasOwn(ELEMENTS, tag) ? ELEMENTS[tag].kind : null)

export const isBlockKind = (kind) => kind === "text" || kind === "box" || kind === "rule"

// Attributes that only one node of two should have after it is split.
export const NOT_REPEATED = new Set(["value", "start", "colspan", "rowspan"])
