// Mistakes that people make in what they write. ▮ stands in the line that has to be underlined.

const ACTION = '"action": "xai-grok/create-chat-completion"';
const RAW = '"action": "xai-grok/raw-request"';
const METHODS = ["DELETE", "GET", "POST", "PUT"];

const step = (what, file, says = []) => ({ what, file, says });
const flow = (what, key, says = []) => ({
  what,
  file: `{ "linkwork": 1, "name": "a",\n${key},\n"steps": [{ "id": "a", "set": 1 }] }`,
  says,
});
const test = (what, cases, says = []) => ({ what, language: "test", file: `{ "flow": "./a.linkwork.json", "cases": [${cases}] }`, says });
const connections = (what, slot, says = []) => ({ what, language: "connections", file: `{ ${slot} }`, says });

export const mistakes = [
  step("an action that does not exist", '{ "id": "a",\n"action": "▮xai-grok/create-chat" }', [
    "xai-grok/create-chat-completion",
    "xai-grok/list-models",
    "http/raw-request",
  ]),
  step("an unknown input", `{ "id": "a", ${ACTION}, "with": { "model": "m", "messages": "{{ input.m }}",\n▮"temprature": 1 } }`, ["temprature"]),
  step("a missing input", `{ "id": "a", ${ACTION},\n"▮with": { "model": "m" } }`, ["messages"]),
  step("no inputs at all", `\n{▮ "id": "a", ${ACTION} }`, ["with"]),
  step("a list that is a number", `{ "id": "a", ${ACTION}, "with": { "model": "m",\n▮"messages": 7 } }`, ["array"]),
  step("a number that is text", `{ "id": "a", ${ACTION}, "with": { "model": "m", "messages": "{{ input.m }}",\n▮"temperature": "hot" } }`),
  step("a number out of its range", `{ "id": "a", ${ACTION}, "with": { "model": "m", "messages": "{{ input.m }}",\n▮"temperature": 9 } }`),
  step("a truth value that is a number", `{ "id": "a", ${ACTION}, "with": { "model": "m", "messages": "{{ input.m }}",\n▮"stream": 1 } }`, ["boolean"]),
  step("a choice that there is not", `{ "id": "a", ${RAW}, "with": { "url": "/x",\n▮"method": "FETCH" } }`, METHODS),
  step("a key that no step has", '{ "id": "a", "set": 1,\n▮"retires": { "max_attempts": 3 } }', ["retires"]),
  step("a key of another kind", '{ "id": "a", "set": 1,\n▮"with": {} }'),
  step("a step that does nothing", '\n{▮ "id": "a" }'),
  step("a step of two kinds", '\n{▮ "id": "a", "set": 1, "stop": 2 }'),
  step("a step without an id", '\n{▮ "set": 1 }', ["id"]),
  step("an id that is no name", '{\n▮"id": "Ask Grok", "set": 1 }'),
  step("too many attempts", `{ "id": "a", "set": 1, "retry": {\n▮"max_attempts": 1000 } }`, ["100"]),
  step("a duration in words", '{ "id": "a", "set": 1,\n▮"timeout": "1 minute" }'),
  step("an unknown way to go on", '{ "id": "a", "set": 1,\n▮"on_error": "contine" }', ["continue"]),
  step("an unknown way to wait", '{ "id": "a", "parallel": { "b": [{ "id": "c", "set": 1 }] },\n▮"wait_for": "any" }', ["all", "first"]),
  step("an unknown way to fail", '{ "id": "a", "for_each": "input.x", "steps": [{ "id": "c", "set": 1 }],\n▮"on_item_error": "ignore" }', ["fail", "collect"]),
  step("a loop without steps", '\n{▮ "id": "a", "for_each": "input.x" }', ["steps"]),
  step("a loop that is too wide", '{ "id": "a", "for_each": "input.x", "steps": [{ "id": "c", "set": 1 }],\n▮"at_once": 0 }'),
  step("a mistake in a loop", '{ "id": "a", "for_each": "input.x", "steps": [{ "id": "c",\n▮"action": "xai-grok/nope" }] }', ["xai-grok/get-model"]),
  step("a mistake in a branch", '{ "id": "a", "branch": [{ "if": "input.x", "steps": [{ "id": "c",\n▮"action": "xai-grok/nope" }] }] }', ["xai-grok/get-model"]),
  step("a mistake in a parallel", '{ "id": "a", "parallel": { "b": [{ "id": "c",\n▮"action": "xai-grok/nope" }] } }', ["xai-grok/get-model"]),
  step("a mistake in a handler", '{ "id": "a", "set": 1, "on_error": [{ "id": "c",\n▮"action": "xai-grok/nope" }] }', ["xai-grok/get-model"]),
  step("an arm without steps", '{ "id": "a", "branch": [\n▮{ "if": "input.x" }] }', ["steps"]),
  step("a break that is no truth", '{ "id": "a",\n▮"break": "yes" }'),
  step("a wait for nothing", '{ "id": "a",\n▮"wait": {} }'),
  step("a version that there is not", '{\n▮"linkwork": 2,\n"name": "a", "steps": [{ "id": "a", "set": 1 }] }'),
  flow("a key that no flow has", '▮"trigers": {}', ["trigers"]),
  flow("a connector that there is not", '"connections": { "c": {\n▮"connector": "xai" } }', ["xai-grok", "http"]),
  flow("an unknown answer to one run too many", '"concurrency": { "limit": 1,\n▮"when_full": "drop" }', ["wait", "refuse"]),
  test("a case without a name", "\n▮{}", ["name"]),
  test("a key that no case has", '{ "name": "a",\n▮"moc": {} }', ["moc"]),
  test("an ending that there is not", '{ "name": "a", "expect": {\n▮"status": "fine" } }', ["succeeded", "outcome_unknown"]),
  test("an expectation of nothing", '{ "name": "a", "expect": {\n▮"outptu": 1 } }', ["outptu"]),
  test("a key that no answer has", '{ "name": "a", "mock": { "ask": {\n▮"outptu": 1 } } }', ["outptu"]),
  test("a key that no answer of a list has", '{ "name": "a", "mock": { "ask": [{\n▮"eror": {} }] } }', ["eror"]),
  test("an error that there is not", '{ "name": "a", "mock": { "ask": { "error": {\n▮"code": "busy" } } } }', ["rate_limited"]),
  test("a status that is no error", '{ "name": "a", "mock": { "ask": { "error": {\n▮"status": 200 } } } }', ["300"]),
  test("a duration without a unit", '{ "name": "a", "mock": { "ask": { "output": 1,\n▮"took": "5" } } }'),
  connections("a connector that there is not", '"grok": {\n▮"connector": "xai" }', ["xai-grok"]),
  connections("a connection without a connector", '\n▮"grok": {}', ["connector"]),
  connections("a field that no connection of the connector has", '"grok": { "connector": "xai-grok", "fields": {\n▮"secret": "…" } }', ["secret"]),
  connections("a key that no connection has", '"grok": { "connector": "xai-grok",\n▮"api_key": "…" }', ["api_key"]),
];
