// What an action's own schema says of the places within an input that is written. It reads only what these schemas use.

import { getNodeValue } from "jsonc-parser";

/** The keys within an input that the schema knows, each with its description, and with its value if that is one of several. */
export function inputsWithin(node, schema) {
  const places = [];
  const expand = (part) => {
    const target = part.$ref ? schema.$defs[part.$ref.replace("#/$defs/", "")] : undefined;
    const parts = [target, part.then, ...(part.anyOf ?? []), ...(part.oneOf ?? []), ...(part.allOf ?? [])];
    return [part, ...parts.filter((inner) => inner !== undefined).flatMap(expand)];
  };
  const visit = (value, parts) => {
    if (value.type === "array") value.children.forEach((item) => visit(item, inner(parts, ({ items }) => items)));
    if (value.type !== "object") return;
    for (const { children: [key, held] } of value.children) {
      const name = getNodeValue(key);
      const known = inner(parts, ({ properties }) => properties?.[name]);
      if (known.length > 0) places.push({ name, key, description: description(known), choice: choice(held, known) });
      visit(held, known);
    }
  };
  const inner = (parts, of) => parts.map(of).filter((part) => typeof part === "object").flatMap(expand);
  visit(node, expand(schema));
  return places;
}

/** What is said of a key, if all that is said of it is the same. */
function description(known) {
  const said = new Set(known.map((part) => part.description).filter((text) => text !== undefined));
  return said.size === 1 ? [...said][0] : undefined;
}

function choice(value, known) {
  return known.some((part) => (part.enum ?? []).includes(getNodeValue(value))) ? value : undefined;
}
