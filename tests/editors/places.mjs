// Where an editor has to know what stands there: the keys and the choices that belong to a language, not to its users.

import { findNodeAtLocation, getNodeValue, parseTree } from "jsonc-parser";

/** A description that is not known here, and has to be there. */
export const ANYTHING = Symbol("any description");

/**
 * What of a file is its user's own: `free` holds any value, in `named` the keys are names; `choices` are values that are known.
 * A key that is no plain word, such as `output.answer`, is its user's own too, with all that it holds.
 */
export const LANGUAGES = {
  flow: {
    free: ["input", "config", "output", "set", "stop", "with"],
    named: ["connections", "parallel"],
    choices: ["action", "connector", "when_full", "wait_for", "on_item_error"],
  },
  test: { free: ["input", "config", "output", "data"], named: ["mock"], choices: ["code", "status"] },
  connections: { free: ["api_key", "secret"], named: [undefined], choices: ["connector", "auth"] },
};

const PLAIN = /^\$?[a-z_]+$/;

/** The keys of a file in this language, each with its name, where it stands, and its value if that is a choice. */
export function placesOf(text, { free, named, choices }) {
  const places = [];
  const visit = (node, around) => {
    for (const child of node.children ?? []) {
      if (node.type === "array") visit(child, around);
      if (node.type !== "object") continue;
      const [key, value] = child.children;
      const name = getNodeValue(key);
      if (!named.includes(around) && !PLAIN.test(name)) continue;
      const isName = named.includes(around) && name !== "$schema";
      const choice = isChoice(value, choices.includes(name)) ? value : undefined;
      if (!isName) places.push({ name, key, description: ANYTHING, choice });
      if (isName || !free.includes(name)) visit(value, name);
    }
  };
  visit(parseTree(text), undefined);
  return places;
}

function isChoice(value, isKnown) {
  return value.type === "boolean" || (isKnown && value.type === "string");
}

/** Every offset within a node at which a cursor is in it. */
export function offsetsIn(node) {
  const from = node.type === "string" ? node.offset + 1 : node.offset;
  const to = node.type === "string" ? node.offset + node.length - 1 : node.offset + node.length;
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** The keys of an object: the name, and where it begins within its quotes. */
export function keysOf(node) {
  if (node?.type !== "object") return [];
  return node.children.map(({ children: [key] }) => ({ name: getNodeValue(key), offset: key.offset + 1 }));
}

export function at(node, ...path) {
  return findNodeAtLocation(node, path);
}
