// Proves that an editor completes, explains and underlines flow files as it should, with nothing but the schema.
// node check.mjs ROOT LINKWORK

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";

import { OpenFile, words } from "./editor.mjs";
import { COMMON, KINDS, keysOf, stepsOf } from "./flows.mjs";
import { mistakes } from "./mistakes.mjs";

const root = resolve(process.argv[2]);
const linkwork = resolve(process.argv[3]);
const EXPRESSION = '"{{ input.anything }}"';
const done = {};

/** The actions as the command tells them, not as the schema under test does. */
const ask = (...words) => JSON.parse(execFileSync(linkwork, [...words, "--output", "json"], { encoding: "utf8" }));
const actions = new Map(ask("actions").map(({ id }) => [id, ask("actions", "show", id).input_schema]));
const inputsOf = (action) => Object.entries(actions.get(action).properties ?? {});

for (const file of [...examples(), firstFlow()]) {
  await nothingIsUnderlined(file);
  await everyPlaceAnswers(file);
  for (const step of stepsOf(file.text)) {
    await keysOfStep(file, step);
    if (step.kind === "action") await inputsOfStep(file, step);
  }
}
await aNewStepIsOfferedEveryKind();
for (const [action, schema] of actions) {
  await anUnknownInputIsUnderlined(action);
  await missingInputsAreUnderlined(action, schema);
  for (const [name, schema] of inputsOf(action)) {
    await anExpressionIsAccepted(action, name);
    await valuesAreOffered(action, name, schema);
    await aWrongTypeIsUnderlined(action, name, schema);
  }
}
for (const mistake of mistakes) await isUnderlined(mistake);
console.log(Object.entries(done).map(([what, count]) => `${count} ${what}`).join(", "));

function examples() {
  const folder = join(root, "examples");
  const names = readdirSync(folder).filter((name) => name.endsWith(".linkwork.json"));
  assert.ok(names.length > 0, "there are examples");
  return names.map((name) => new OpenFile(join(folder, name), readFileSync(join(folder, name), "utf8")));
}

/** What `linkwork init` writes, as if the root were the new folder: it has the same schemas. */
function firstFlow() {
  const name = "first-flow.linkwork.json";
  return new OpenFile(join(root, name), readFileSync(join(root, "runner/cli/src/init/files", name), "utf8"));
}

async function nothingIsUnderlined(file) {
  assert.deepEqual(await file.diagnostics(), [], `${file.path} is valid`);
  count("files without a diagnostic");
}

async function everyPlaceAnswers(file) {
  for (let offset = 0; offset <= file.text.length; offset++) {
    const offered = await file.offered(offset);
    assert.ok(Array.isArray(offered), `${at(file, offset)}: completion answers`);
    count("cursor places");
  }
}

/** What is offered among a step's keys is of its kind and not yet written. */
async function keysOfStep(file, step) {
  const written = step.keys.map(({ name }) => name);
  for (const { name, offset } of step.keys.filter(({ name }) => name !== step.kind)) {
    const expected = [...COMMON, ...KINDS[step.kind]].filter((key) => key === name || !written.includes(key));
    assertSame(await file.offered(offset), expected, `${at(file, offset)}: the keys of a step with "${step.kind}"`);
    count("places of a step's key");
  }
}

/** What is offered among an action's inputs is those not yet written, and each says what it is for. */
async function inputsOfStep(file, step) {
  const action = step.at("action");
  assertSame(await file.offered(action.offset + 1), quoted(actions.keys()), `${at(file, action.offset)}: all actions`);
  count("places of an action");
  const input = step.at("with");
  if (input === undefined) return;
  const known = inputsOf(action.value);
  const keys = keysOf(input);
  const written = keys.map(({ name }) => name);
  for (const { name, offset } of [{ name: undefined, offset: input.offset + 1 }, ...keys]) {
    const expected = known.map(([key]) => key).filter((key) => key === name || !written.includes(key));
    assertSame(await file.offered(offset), expected, `${at(file, offset)}: the inputs of ${action.value}`);
    count("places of an input's key");
  }
  for (const { name, offset } of keys) {
    const description = words(actions.get(action.value).properties[name].description);
    const shown = await file.shown(offset);
    assert.ok(shown.includes(description), `${at(file, offset)}: ${JSON.stringify(shown)} tells ${JSON.stringify(description)}`);
    count("explanations");
  }
}

async function aNewStepIsOfferedEveryKind() {
  const file = flow('{ "id": "a", "▮" }');
  const offered = await file.offered(file.cursor);
  for (const key of [...Object.keys(KINDS), ...COMMON.filter((key) => key !== "id")]) {
    assert.ok(offered.includes(key), `a new step is offered ${key}; it is offered ${offered}`);
  }
}

async function anExpressionIsAccepted(action, name) {
  const file = flow(`{ "id": "a", "action": "${action}", "with": { "${name}": ${EXPRESSION} } }`);
  const found = (await file.diagnostics()).filter(({ message }) => !message.startsWith("Missing property"));
  assert.deepEqual(found, [], `${action} takes an expression for ${name}`);
  count("inputs that take an expression");
}

/** Choices and truth values are offered although an expression may stand there too. */
async function valuesAreOffered(action, name, { type, enum: choices }) {
  const isTruth = [type].flat().includes("boolean");
  const expected = choices ? choices.map((choice) => JSON.stringify(choice)) : isTruth ? ["true", "false"] : [];
  if (expected.length === 0) return;
  const file = flow(`{ "id": "a", "action": "${action}", "with": { "${name}": ▮ } }`);
  const offered = await file.offered(file.cursor);
  for (const value of expected) {
    assert.ok(offered.includes(value), `${action} is offered ${value} for ${name}; it is offered ${offered}`);
  }
  count("inputs whose values are offered");
}

async function anUnknownInputIsUnderlined(action) {
  const file = `{ "id": "a", "action": "${action}", "with": {\n▮"nonsense": 1 } }`;
  await isUnderlined({ what: `an unknown input of ${action}`, file, says: ["nonsense"] });
}

/** What is required and has no default has to be written. */
async function missingInputsAreUnderlined(action, { required = [], properties }) {
  const says = required.filter((name) => !("default" in properties[name]));
  if (says.length === 0) return;
  const file = `{ "id": "a", "action": "${action}",\n"▮with": {} }`;
  await isUnderlined({ what: `a missing input of ${action}`, file, says });
}

async function aWrongTypeIsUnderlined(action, name, { type, anyOf }) {
  if (type === undefined && anyOf === undefined) return;
  const wrong = [type].flat().includes("boolean") ? 7 : true;
  const file = `{ "id": "a", "action": "${action}", "with": {\n▮"${name}": ${wrong} } }`;
  await isUnderlined({ what: `${wrong} for ${name} of ${action}`, file, says: [] });
}

async function isUnderlined({ what, file: text, says }) {
  const file = flow(text);
  const found = await file.diagnostics();
  const line = file.line(file.cursor);
  const there = found.filter((diagnostic) => diagnostic.line === line).map(({ message }) => message);
  assert.ok(there.length > 0, `${what} is underlined in line ${line}; found is ${JSON.stringify(found)} in\n${file.text}`);
  for (const word of says) {
    assert.ok(there.some((message) => message.includes(word)), `${what}: ${JSON.stringify(there)} says ${word}`);
  }
  count("mistakes that are underlined");
}

/** A flow with this one step, or this whole flow, without the ▮ that marks the cursor. */
function flow(text) {
  const whole = text.includes('"linkwork"') ? text : `{ "linkwork": 1, "name": "a", "steps": [\n${text}\n] }`;
  const named = whole.replace("{", '{ "$schema": "../schemas/flow.schema.json",');
  const file = new OpenFile(join(root, "examples", "new.linkwork.json"), named.replace("▮", ""));
  return Object.assign(file, { cursor: Math.max(named.indexOf("▮"), 0) });
}

function assertSame(offered, expected, what) {
  assert.deepEqual([...(offered ?? [])].sort(), [...expected].sort(), what);
}

function quoted(names) {
  return [...names].map((name) => JSON.stringify(name));
}

function at(file, offset) {
  return `${basename(file.path)}:${file.line(offset)}`;
}

function count(what) {
  done[what] = (done[what] ?? 0) + 1;
}
