import type { JsonObject, JsonValue } from "../../../expression/value.js";
import { replyInvalid } from "../reply-invalid.js";
import { isXmlText, referencedText, xmlName } from "./xml-characters.js";

const deepest = 200;

/**
 * Reads an XML document as `{ name: value }` of its outermost element. An element with nothing but text is that
 * text, an empty one null; otherwise attributes are `@name`, text is `#text`, and elements of one name a list.
 * Names keep their prefixes. A document type is refused, so there are no entities to expand.
 * Throws SOURCE_REPLY_INVALID.
 */
export function readXml(text: string): JsonObject {
  return new XmlReader(text).document();
}

interface OpenElement {
  readonly name: string;
  readonly members: Record<string, JsonValue>;
  text: string;
}

class XmlReader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  document(): JsonObject {
    this.skipMisc();
    const holder = openElement("");
    const root = this.startTag();
    if (root.isEmpty) add(holder, root.element);
    else this.content(root.element, holder);
    this.skipMisc();
    if (this.at < this.text.length) throw fault("something stands after its outermost element");
    return holder.members;
  }

  /** A loop with a stack of its own: no depth of a document can exhaust the machine's. */
  private content(outermost: OpenElement, holder: OpenElement): void {
    const open = [holder, outermost];
    while (open.length > 1) {
      const current = open.at(-1)!;
      const next = this.text.indexOf("<", this.at);
      if (next < 0) throw fault("an element does not end");
      current.text += this.decoded(this.text.slice(this.at, next));
      this.at = next;
      if (this.takes("<![CDATA[")) current.text += this.until("]]>");
      else if (this.takes("<!--")) this.until("-->");
      else if (this.takes("<?")) this.until("?>");
      else if (this.takes("</")) this.endTag(open);
      else this.openNext(open);
    }
  }

  private openNext(open: OpenElement[]): void {
    const { element, isEmpty } = this.startTag();
    if (isEmpty) return add(open.at(-1)!, element);
    if (open.length > deepest) throw fault(`its elements are nested more than ${deepest} deep`);
    open.push(element);
  }

  private endTag(open: OpenElement[]): void {
    const element = open.pop()!;
    if (this.name() !== element.name) throw fault("an end tag belongs to no start tag");
    this.skipBlanks();
    this.expect(">");
    add(open.at(-1)!, element);
  }

  private startTag(): { readonly element: OpenElement; readonly isEmpty: boolean } {
    this.expect("<");
    const element = openElement(this.name());
    for (;;) {
      const hasBlanks = this.skipBlanks();
      if (this.takes("/>")) return { element, isEmpty: true };
      if (this.takes(">")) return { element, isEmpty: false };
      if (!hasBlanks) throw fault("a tag is malformed");
      const name = `@${this.name()}`;
      this.skipBlanks();
      this.expect("=");
      this.skipBlanks();
      if (Object.hasOwn(element.members, name)) throw fault("an attribute stands twice");
      setMember(element.members, name, this.attributeValue());
    }
  }

  private attributeValue(): string {
    const quote = this.takes('"') ? '"' : this.takes("'") ? "'" : undefined;
    if (quote === undefined) throw fault("an attribute has no quotes");
    const value = this.until(quote);
    if (value.includes("<")) throw fault("an attribute holds a `<`");
    return this.decoded(value);
  }

  private decoded(text: string): string {
    if (!isXmlText(text)) throw fault("it has a character that XML cannot hold");
    const plain = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
    if (!plain.includes("&")) return plain;
    return plain.replace(/&([^;&\s]{0,12};)?/g, (_, reference: string | undefined) => {
      const found = reference === undefined ? undefined : referencedText(reference.slice(0, -1));
      if (found === undefined) throw fault("it has an entity that XML does not define");
      return found;
    });
  }

  private skipMisc(): void {
    for (;;) {
      this.skipBlanks();
      if (this.takes("<?")) this.until("?>");
      else if (this.takes("<!--")) this.until("-->");
      else if (this.takes("<!")) throw fault("it has a document type, which is not read");
      else return;
    }
  }

  private name(): string {
    xmlName.lastIndex = this.at;
    const found = xmlName.exec(this.text)?.[0];
    if (found === undefined) throw fault("a name is malformed");
    this.at += found.length;
    return found;
  }

  private until(end: string): string {
    const found = this.text.indexOf(end, this.at);
    if (found < 0) throw fault("it breaks off");
    const between = this.text.slice(this.at, found);
    this.at = found + end.length;
    return between;
  }

  private takes(expected: string): boolean {
    if (!this.text.startsWith(expected, this.at)) return false;
    this.at += expected.length;
    return true;
  }

  private expect(expected: string): void {
    if (!this.takes(expected)) throw fault("a tag is malformed");
  }

  private skipBlanks(): boolean {
    const start = this.at;
    while (" \t\r\n".includes(this.text[this.at] ?? "x")) this.at++;
    return this.at > start;
  }
}

function openElement(name: string): OpenElement {
  return { name, members: {}, text: "" };
}

/** Adds a finished element to the one around it. No element has a list as its value, so a list is several elements. */
function add({ members }: OpenElement, element: OpenElement): void {
  const { name } = element;
  const value = valueOf(element);
  const earlier = Object.hasOwn(members, name) ? members[name] : undefined;
  if (Array.isArray(earlier)) (earlier as JsonValue[]).push(value);
  else setMember(members, name, earlier === undefined ? value : [earlier, value]);
}

/** Blanks between elements are layout; in an element with nothing else they are its text. */
function valueOf({ members, text }: OpenElement): JsonValue {
  const names = Object.keys(members);
  if (names.length === 0) return text === "" ? null : text;
  const isLayout = text.trim() === "" && names.some((name) => !name.startsWith("@"));
  if (text !== "" && !isLayout) setMember(members, "#text", text);
  return members;
}

/** Also `__proto__` becomes a member like any other. */
function setMember(members: Record<string, JsonValue>, name: string, value: JsonValue): void {
  Object.defineProperty(members, name, { value, enumerable: true, configurable: true, writable: true });
}

function fault(reason: string) {
  return replyInvalid(`its body is not XML: ${reason}`);
}
