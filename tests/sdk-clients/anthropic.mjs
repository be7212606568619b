// What members do with the Anthropic SDK, unmodified, through the same endpoint.
import assert from "node:assert";
import Anthropic from "@anthropic-ai/sdk";

const { LINKWORK_ENDPOINT: baseURL, LINKWORK_KEY: apiKey, LINKWORK_CHAT: model } = process.env;
const messages = [{ role: "user", content: "What is the meaning of life, the universe, and everything?" }];
const question = { model, max_tokens: 200, messages };
const client = new Anthropic({ apiKey, baseURL, maxRetries: 0 });
const weather = {
  name: "weather",
  description: "The weather of a place",
  input_schema: { type: "object", properties: { place: { type: "string" } }, required: ["place"] },
};
const fault = (words) => ({ headers: { "x-sandbox-fault": words } });
const text = (message) => message.content.map((block) => block.text ?? "").join("");

const does = {
  async message() {
    assert(text(await client.messages.create(question)).includes("42"));
  },
  async stream() {
    const events = [];
    for await (const event of await client.messages.create({ ...question, stream: true })) events.push(event.type);
    assert.deepEqual([events[0], events.at(-1)], ["message_start", "message_stop"]);
  },
  async "the helper for streams"() {
    const whole = await client.messages.stream(question).finalMessage();
    assert(text(whole).includes("42"));
  },
  async tools() {
    const asked = [{ role: "user", content: "How is the weather in Paris?" }];
    const answer = await client.messages.create({ ...question, messages: asked, tools: [weather] });
    assert.equal(answer.content.find((block) => block.type === "tool_use").name, "weather");
  },
  async errors() {
    const nobody = new Anthropic({ apiKey: "lwk_nobody", baseURL, maxRetries: 0 });
    await assert.rejects(nobody.messages.create(question), Anthropic.AuthenticationError);
    const unknown = client.messages.create({ ...question, model: "no-such-model" });
    await assert.rejects(unknown, (error) => error instanceof Anthropic.NotFoundError && error.error.type === "error");
    await assert.rejects(client.messages.create({ ...question, messages: [] }), Anthropic.BadRequestError);
  },
  async "slow down"() {
    const hurried = client.messages.create(question, fault("status=429; retry-after=7"));
    await assert.rejects(hurried, (error) => error.status === 429 && error.headers.get("retry-after") === "7");
  },
  async retries() {
    const options = { ...fault("status=503; times=2; retry-after=0"), maxRetries: 2 };
    assert(text(await client.messages.create(question, options)).includes("42"));
  },
  async cancel() {
    const stream = await client.messages.create({ ...question, stream: true }, fault("stall=4"));
    for await (const _ of stream) break;
    assert(stream.controller.signal.aborted);
  },
};

for (const [name, run] of Object.entries(does)) {
  await run();
  console.log("anthropic, JavaScript:", name);
}
