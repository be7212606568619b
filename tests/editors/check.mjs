// Proves that an editor completes, explains and underlines what people write, with nothing but the schemas and the settings
// that Linkwork gives it; and proves that this proof can fail.
// node check.mjs ROOT LINKWORK

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { Editor } from "./editor.mjs";
import { mistakes } from "./mistakes.mjs";
import { Proof } from "./proof.mjs";
import { spoils } from "./spoils.mjs";

const root = resolve(process.argv[2]);
const linkwork = resolve(process.argv[3]);

/** The actions as the command tells them, not as the schema under test does. */
const ask = (...words) => JSON.parse(execFileSync(linkwork, [...words, "--output", "json"], { encoding: "utf8" }));
const actions = new Map(ask("actions").map(({ id }) => [id, ask("actions", "show", id).input_schema]));

/** The language of a file, by its name. */
function languageOf(name) {
  if (name.endsWith(".linkwork.json")) return "flow";
  if (name.endsWith(".test.json")) return "test";
  return /^linkwork\.connections(\.example)?\.json$/.test(name) ? "connections" : undefined;
}

/** Every file of this folder that is in a language of Linkwork, open in an editor. */
function filesOf(folder, editor, prefix, change = (text) => text) {
  const files = readdirSync(folder).filter((name) => languageOf(name) !== undefined);
  assert.ok(files.length > 0, `${folder} has files`);
  return files.map((name) => [editor.open(prefix + name, change(readFileSync(join(folder, name), "utf8"))), languageOf(name)]);
}

async function prove(spoil) {
  const editor = new Editor({ folder: root, spoil });
  const proof = new Proof(editor, actions);
  for (const mistake of mistakes) await proof.mistake(mistake);
  for (const action of actions.keys()) await proof.action(action);
  await proof.aNewStepIsOfferedEveryKind();
  for (const [file, language] of filesOf(join(root, "examples"), editor, "examples/")) await proof.rightFile(file, language);
  return proof.done;
}

/** The folder that `linkwork init` makes: its settings alone tell the editor which schema is whose. */
async function proveInit(change = (settings) => settings) {
  const folder = mkdtempSync(join(tmpdir(), "editors-"));
  try {
    ask("init", join(folder, "first"));
    const made = join(folder, "first");
    const settings = change(JSON.parse(readFileSync(join(made, ".vscode/settings.json"), "utf8")));
    const editor = new Editor({ folder: made, settings });
    const proof = new Proof(editor, actions);
    const files = filesOf(made, editor, "", (text) => text.replace(/\n *"\$schema":.*/, ""));
    assert.equal(files.length, 3, "a flow, its test and the connections");
    for (const [file, language] of files) await proof.rightFile(file, language);
    return proof.done;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const done = [await prove(), await proveInit()];
for (const { what, spoil } of spoils) {
  await assert.rejects(prove(spoil), assert.AssertionError, `the proof sees that ${what}`);
}
await assert.rejects(proveInit(() => ({})), assert.AssertionError, "the proof sees that the settings name no schema");

const total = {};
for (const counts of done) for (const [what, count] of Object.entries(counts)) total[what] = (total[what] ?? 0) + count;
console.log(Object.entries(total).map(([what, count]) => `${count} ${what}`).join("\n"));
console.log(`${spoils.length + 1} spoilt schemas and settings that are seen`);
