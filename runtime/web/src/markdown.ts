/**
 * A small part of Markdown as elements: paragraphs, lists, **bold**, *emphasis*, `code`, links, and the marks
 * of sources. What is not of this part stays the text it is; nothing ever becomes markup.
 */

import { element } from "./dom";

/** Source 3 stands in a text as this, put there by us: no server and no model can say it. */
export const mark = (source: number): string => `\uE000${source}\uE001`;

const INLINE = /\*\*(.+?)\*\*|\*([^*\s][^*]*)\*|`([^`]+)`|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)|\uE000(\d+)\uE001/;
const ITEM = /^\s*(?:([-*•])|\d+[.)])\s+(.*)$/;

export function withoutMarks(text: string): string {
  return text.replace(/[\uE000\uE001]/g, "");
}

export function render(text: string, source: (number: number) => Node): Node[] {
  const blocks: HTMLElement[] = [];
  let list: HTMLElement | undefined;
  let paragraph: HTMLElement | undefined;
  for (const line of text.split("\n")) {
    const item = ITEM.exec(line);
    if (item) {
      const tag = item[1] ? "ul" : "ol";
      if (list?.localName !== tag) blocks.push((list = element(tag)));
      list.append(element("li", {}, ...inline(item[2] ?? "", source)));
      paragraph = undefined;
    } else if (!line.trim()) {
      list = paragraph = undefined;
    } else {
      list = undefined;
      if (paragraph) paragraph.append(element("br"));
      else blocks.push((paragraph = element("p")));
      paragraph.append(...inline(line.replace(/^#{1,6}\s+/, ""), source));
    }
  }
  return blocks;
}

function inline(text: string, source: (number: number) => Node): Node[] {
  const found = INLINE.exec(text);
  if (!found) return text ? [document.createTextNode(text)] : [];
  const [whole, bold, emphasis, code, label, address, number] = found;
  const before = text.slice(0, found.index);
  const after = text.slice(found.index + whole.length);
  return [...(before ? [document.createTextNode(before)] : []), made(), ...inline(after, source)];

  function made(): Node {
    if (bold) return element("strong", {}, ...inline(bold, source));
    if (emphasis) return element("em", {}, ...inline(emphasis, source));
    if (code) return element("code", { textContent: code });
    if (number) return source(Number(number));
    return link(address ?? "", label ?? "");
  }
}

/** A link that opens beside the page; what is no web address is only its words. */
export function link(address: string, words: string): HTMLElement {
  if (!/^https?:\/\//i.test(address)) return element("span", { textContent: words });
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer", textContent: words });
}
