// The steps of a flow file.

import { parseTree } from "jsonc-parser";

import { at, keysOf } from "./places.mjs";

/** The keys that every step has. */
export const COMMON = ["id", "description", "if", "timeout", "retry", "on_error"];

/** The kinds of steps by the key that tells them, each with all its keys. */
export const KINDS = {
  action: ["action", "connection", "with"],
  branch: ["branch"],
  for_each: ["for_each", "as", "at_once", "on_item_error", "steps", "output"],
  repeat: ["repeat", "steps", "output"],
  break: ["break"],
  parallel: ["parallel", "wait_for"],
  flow: ["flow", "with"],
  set: ["set"],
  wait: ["wait"],
  stop: ["stop"],
  fail: ["fail"],
};

/** The steps of a flow file, those in other steps too. */
export function stepsOf(text) {
  const steps = [];
  const visit = (list) => {
    for (const node of list?.children ?? []) {
      const step = new Step(node);
      steps.push(step);
      step.blocks().forEach(visit);
    }
  };
  const root = parseTree(text);
  visit(at(root, "steps"));
  handlers(root).forEach(visit);
  return steps;
}

class Step {
  constructor(node) {
    this.node = node;
    this.keys = keysOf(node);
    this.kind = Object.keys(KINDS).find((kind) => this.keys.some(({ name }) => name === kind));
  }

  /** The node of what stands under this path. */
  at(...path) {
    return at(this.node, ...path);
  }

  /** The lists of steps that stand in it. */
  blocks() {
    const arms = this.at("branch")?.children ?? [];
    const branches = keysOf(this.at("parallel")).map(({ name }) => this.at("parallel", name));
    const own = [this.at("steps"), ...arms.map((arm) => at(arm, "steps")), ...branches, ...handlers(this.node)];
    return own.filter((list) => list !== undefined);
  }
}

/** What is done on an error, if it is written as steps. */
function handlers(node) {
  const lists = [at(node, "on_error"), at(node, "on_error", "steps")];
  return lists.filter((list) => list?.type === "array");
}
