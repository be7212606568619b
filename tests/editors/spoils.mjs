// Schemas with a defect each, by which the proof shows that it can fail.

const CHAT = "xai-grok/create-chat-completion";

const flow = (what, change) => ({ what, spoil: (schema) => schema.title === "Linkwork flow" && change(schema, schema.$defs.step) });
const test = (what, change) => ({ what, spoil: (schema) => schema.title === "Linkwork flow tests" && change(schema) });
const connections = (what, change) => ({ what, spoil: (schema) => schema.title === "Linkwork connections" && change(schema) });

/** Every object within a value. */
function* objectsIn(value) {
  if (value === null || typeof value !== "object") return;
  if (!Array.isArray(value)) yield value;
  for (const inner of Object.values(value)) yield* objectsIn(inner);
}

export const spoils = [
  flow("an action is missing", ({ $defs }, step) => step.dependentSchemas.action.properties.action.enum.pop()),
  flow("an action has no input of its own", ({ $defs }) => ($defs[CHAT] = { type: "object" })),
  flow("an action has the inputs of another", ({ $defs }) => ($defs[CHAT] = $defs["xai-grok/generate-image"])),
  flow("an input is not known", ({ $defs }) => delete $defs[CHAT].properties.temperature),
  flow("an input is not explained", ({ $defs }) => delete $defs[CHAT].properties.messages.description),
  flow("a field within an input is not known", ({ $defs }) => delete $defs[CHAT].$defs.Message.properties.content),
  flow("nothing is required of an action", ({ $defs }) => delete $defs[CHAT].required),
  flow("any input is allowed", ({ $defs }) => delete $defs[CHAT].additionalProperties),
  flow("no expression is allowed", ({ $defs }) => {
    for (const part of objectsIn($defs[CHAT])) if (part.pattern) part.pattern = "^nothing$";
  }),
  flow("choices are lost behind a condition", ({ $defs }) => {
    const method = $defs["http/raw-request"].properties.method;
    method.else = { anyOf: method.anyOf };
    method.if = { type: "number" };
    delete method.anyOf;
  }),
  flow("a reference leads nowhere", ({ $defs }) => delete $defs[CHAT].$defs),
  flow("a step may have any key", (_, step) => delete step.additionalProperties),
  flow("a kind has the keys of another", (_, step) => Object.assign(step.dependentSchemas.set.properties, { with: { type: "object" } })),
  flow("a kind is not offered", (_, step) => delete step.else.properties.wait),
  flow("steps in branches are not looked at", (_, step) => delete step.dependentSchemas.branch.properties.branch.items),
  flow("steps in a parallel are not looked at", (_, step) => delete step.dependentSchemas.parallel.properties.parallel.additionalProperties),
  flow("a handler is not looked at", (_, step) => (step.properties.on_error = { description: "What is done." })),
  test("an ending is not known", ({ properties }) => properties.cases.items.properties.expect.properties.status.enum.shift()),
  test("a case may have any key", ({ properties }) => delete properties.cases.items.additionalProperties),
  connections("a connector is not known", ({ additionalProperties: slot }) => slot.properties.connector.enum.shift()),
  connections("a connection has the fields of another", ({ additionalProperties: slot }) => slot.allOf.forEach((one) => delete one.if.properties)),
  connections("a connection is not explained", ({ additionalProperties: slot }) => delete slot.properties.fields.description),
];
