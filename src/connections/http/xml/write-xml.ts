import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../../expression/value.js";
import { escapedXml, isXmlText, xmlName } from "./xml-characters.js";

export type WrittenXml =
  | { readonly text: string; readonly fault?: undefined }
  | { readonly text?: undefined; readonly fault: string };

class XmlFault extends Error {}

/**
 * A mapping with one name, the outermost element, as XML: attributes are `@name`, text is `#text`, a list is an
 * element for each item, null leaves out. Elements keep the order of the mapping.
 */
export function writeXml(value: JsonValue): WrittenXml {
  try {
    const [root, ...more] = isJsonObject(value) ? Object.entries(value) : [];
    if (root === undefined || more.length > 0 || isJsonList(root[1])) {
      throw new XmlFault("XML is a mapping with one name, that of its outermost element");
    }
    return { text: `<?xml version="1.0" encoding="UTF-8"?>${element(root[0], root[1] ?? "")}` };
  } catch (error) {
    if (error instanceof XmlFault) return { fault: error.message };
    throw error;
  }
}

function element(name: string, value: JsonValue): string {
  checkName(name);
  if (isJsonList(value)) return value.map((item) => element(name, item)).join("");
  if (value === null) return "";
  if (!isJsonObject(value)) return `<${name}>${textOf(value)}</${name}>`;
  const content = Object.entries(value)
    .filter(([key]) => !key.startsWith("@"))
    .map(([key, each]) => (key === "#text" ? textOf(each) : element(key, each)))
    .join("");
  const open = name + attributes(value);
  return content === "" ? `<${open}/>` : `<${open}>${content}</${name}>`;
}

function attributes(value: JsonObject): string {
  return Object.entries(value)
    .filter(([key, each]) => key.startsWith("@") && each !== null)
    .map(([key, each]) => {
      checkName(key.slice(1));
      return ` ${key.slice(1)}="${textOf(each).replaceAll("\n", "&#10;").replaceAll("\t", "&#9;")}"`;
    })
    .join("");
}

function textOf(value: JsonValue): string {
  if (value === null) return "";
  if (typeof value === "object")
    throw new XmlFault("a list or an object cannot stand in an attribute or a text");
  const text = String(value);
  if (!isXmlText(text)) throw new XmlFault("it has a character that XML cannot hold");
  return escapedXml(text);
}

function checkName(name: string): void {
  xmlName.lastIndex = 0;
  if (xmlName.exec(name)?.[0] !== name)
    throw new XmlFault("a name in it cannot be the name of an XML element");
}
