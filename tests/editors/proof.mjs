// What has to hold of an editor that knows these schemas, file by file and action by action. It counts what it has proved.

import assert from "node:assert/strict";
import { basename } from "node:path";

import { words } from "./editor.mjs";
import { COMMON, KINDS, stepsOf } from "./flows.mjs";
import { inputsWithin } from "./inputs.mjs";
import { ANYTHING, LANGUAGES, keysOf, offsetsIn, placesOf } from "./places.mjs";

export class Proof {
  /** `editor` is the one on trial; `actions` are the input schemas of all actions by their ids. */
  constructor(editor, actions) {
    this.editor = editor;
    this.actions = actions;
    this.done = {};
  }

  /** A file of this language as it should be: nothing is underlined, and every place answers with what belongs there. */
  async rightFile(file, language) {
    assert.deepEqual(await file.diagnostics(), [], `nothing is underlined in ${file.path}`);
    this.#count("files without a diagnostic");
    await this.#everyPlaceAnswers(file);
    await this.#everyPlaceIsOffered(file, placesOf(file.text, LANGUAGES[language]));
    if (language !== "flow") return;
    for (const step of stepsOf(file.text)) await this.#step(file, step);
  }

  /** What holds of an action whatever flow it stands in. */
  async action(action) {
    const schema = this.actions.get(action);
    await this.#unknownInput(action);
    await this.#missingInputs(action, schema);
    for (const [name, input] of Object.entries(schema.properties ?? {})) {
      await this.#takesAnExpression(action, name);
      await this.#valuesAreOffered(action, name, input);
      await this.#wrongType(action, name, input);
    }
  }

  async aNewStepIsOfferedEveryKind() {
    const { file, cursor } = this.#flow('{ "id": "a", "▮" }');
    const expected = [...Object.keys(KINDS), ...COMMON.filter((key) => key !== "id")];
    const kinds = (await file.offered(cursor)).filter((label) => !label.includes(" "));
    assertSame(kinds, expected, "a new step is offered every kind");
  }

  /** A mistake is underlined in its line, marked with ▮, in words that have these in them. */
  async mistake({ what, language = "flow", file: text, says }) {
    const { file, cursor } = language === "flow" ? this.#flow(text) : this.#other(language, text);
    const found = await file.diagnostics();
    const line = file.line(cursor);
    const there = found.filter((diagnostic) => diagnostic.line === line).map(({ message }) => message);
    const shown = `found is ${JSON.stringify(found)} in\n${file.text}`;
    assert.ok(there.length > 0, `${what} is underlined in line ${line}; ${shown}`);
    assert.ok(found.every((diagnostic) => diagnostic.line === line), `${what} is underlined in line ${line} only; ${shown}`);
    for (const word of says) {
      assert.ok(there.some((message) => message.includes(word)), `${what}: ${JSON.stringify(there)} says ${word}`);
    }
    this.#count("mistakes that are underlined");
  }

  async #everyPlaceAnswers(file) {
    for (let offset = 0; offset <= file.text.length; offset++) {
      assert.ok(Array.isArray(await file.offered(offset)), `${where(file, offset)}: completion answers`);
      this.#count("cursor places");
    }
  }

  /** At every cursor place in a key or in a choice, what stands there is among what is offered; and the key is explained. */
  async #everyPlaceIsOffered(file, places) {
    for (const { name, key, description, choice } of places) {
      await this.#isOffered(file, key, name);
      if (choice) await this.#isOffered(file, choice, file.text.slice(choice.offset, choice.offset + choice.length));
      if (description !== undefined) await this.#isExplained(file, key, description);
    }
  }

  /** What is shown over a key is what its schema says, or, where that is not known here, anything at all. */
  async #isExplained(file, key, description) {
    const shown = await file.shown(key.offset + 1);
    const told = description === ANYTHING ? shown !== "" : shown.includes(words(description));
    assert.ok(told, `${where(file, key.offset)}: ${key.value} is explained by ${JSON.stringify(shown)}`);
    this.#count("explanations");
  }

  async #isOffered(file, node, label) {
    for (const offset of offsetsIn(node)) {
      const offered = await file.offered(offset);
      assert.ok(offered.includes(label), `${where(file, offset)}: ${label} is offered; offered are ${offered}`);
      this.#count("places that are offered what they hold");
    }
  }

  async #step(file, step) {
    await this.#keysOfStep(file, step);
    if (step.kind !== "action") return;
    const action = step.at("action");
    assertSame(await file.offered(action.offset + 1), quoted(this.actions.keys()), `${where(file, action.offset)}: all actions`);
    const input = step.at("with");
    if (input === undefined) return;
    const schema = this.actions.get(action.value);
    await this.#keysOfInput(file, action.value, input, Object.keys(schema.properties));
    await this.#everyPlaceIsOffered(file, inputsWithin(input, schema));
  }

  /** What is offered among a step's keys is of its kind and not yet written. */
  async #keysOfStep(file, step) {
    const written = step.keys.map(({ name }) => name);
    for (const { name, offset } of step.keys.filter(({ name }) => name !== step.kind)) {
      const expected = [...COMMON, ...KINDS[step.kind]].filter((key) => key === name || !written.includes(key));
      assertSame(await file.offered(offset), expected, `${where(file, offset)}: the keys of a step with "${step.kind}"`);
      this.#count("places of a step's key");
    }
  }

  /** What is offered among an action's inputs is those of this action that are not yet written, and no other's. */
  async #keysOfInput(file, action, input, known) {
    const keys = keysOf(input);
    const written = keys.map(({ name }) => name);
    for (const { name, offset } of [{ name: undefined, offset: input.offset + 1 }, ...keys]) {
      const expected = known.filter((key) => key === name || !written.includes(key));
      assertSame(await file.offered(offset), expected, `${where(file, offset)}: the inputs of ${action}`);
      this.#count("places of an input's key");
    }
  }

  async #takesAnExpression(action, name) {
    const { file } = this.#flow(`{ "id": "a", "action": "${action}", "with": { "${name}": "{{ input.anything }}" } }`);
    const found = (await file.diagnostics()).filter(({ message }) => !message.startsWith("Missing property"));
    assert.deepEqual(found, [], `${action} takes an expression for ${name}`);
    this.#count("inputs that take an expression");
  }

  /** Choices and truth values are offered although an expression may stand there too. */
  async #valuesAreOffered(action, name, { type, enum: choices }) {
    const isTruth = [type].flat().includes("boolean");
    const expected = choices ? choices.map((choice) => JSON.stringify(choice)) : isTruth ? ["true", "false"] : [];
    if (expected.length === 0) return;
    const { file, cursor } = this.#flow(`{ "id": "a", "action": "${action}", "with": { "${name}": ▮ } }`);
    const offered = await file.offered(cursor);
    for (const value of expected) {
      assert.ok(offered.includes(value), `${action} is offered ${value} for ${name}; it is offered ${offered}`);
    }
    this.#count("inputs whose values are offered");
  }

  async #unknownInput(action) {
    const file = this.#withRequired(action, '\n▮"nonsense": 1');
    await this.mistake({ what: `an unknown input of ${action}`, file, says: ["nonsense"] });
  }

  async #missingInputs(action, schema) {
    const says = needed(schema);
    if (says.length === 0) return;
    const file = `{ "id": "a", "action": "${action}",\n"▮with": {} }`;
    await this.mistake({ what: `a missing input of ${action}`, file, says });
  }

  async #wrongType(action, name, { type, anyOf }) {
    if (type === undefined && anyOf === undefined) return;
    const wrong = [type].flat().includes("boolean") ? 7 : true;
    const file = this.#withRequired(action, `\n▮"${name}": ${wrong}`, name);
    await this.mistake({ what: `${wrong} for ${name} of ${action}`, file, says: [] });
  }

  /** A step with the inputs that the action needs, except one, and with these. */
  #withRequired(action, further, except) {
    const others = needed(this.actions.get(action)).filter((name) => name !== except);
    const inputs = [...others.map((name) => `"${name}": "{{ input.anything }}"`), further];
    return `{ "id": "a", "action": "${action}", "with": { ${inputs.join(", ")} } }`;
  }

  /** A flow with this one step, or this whole flow, without the ▮ that marks the cursor. */
  #flow(text) {
    const whole = text.includes('"linkwork"') ? text : `{ "linkwork": 1, "name": "a", "steps": [\n${text}\n] }`;
    return this.#other("flow", whole);
  }

  #other(language, text) {
    const named = text.replace("{", `{ "$schema": "../schemas/${language}.schema.json",`);
    return { file: this.editor.open(`examples/new.${language}.json`, named.replace("▮", "")), cursor: Math.max(named.indexOf("▮"), 0) };
  }

  #count(what) {
    this.done[what] = (this.done[what] ?? 0) + 1;
  }
}

/** What has to be written: what is required and has no default. */
function needed({ required = [], properties }) {
  return required.filter((name) => !("default" in properties[name]));
}

function assertSame(offered, expected, what) {
  assert.deepEqual([...(offered ?? [])].sort(), [...expected].sort(), what);
}

function quoted(names) {
  return [...names].map((name) => JSON.stringify(name));
}

function where(file, offset) {
  return `${basename(file.path)}:${file.line(offset)}`;
}
