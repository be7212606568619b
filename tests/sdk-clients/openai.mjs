// What members do with the OpenAI SDK, unmodified, through one endpoint: each model by its name, every call by their own key.
import assert from "node:assert";
import OpenAI from "openai";

const { LINKWORK_ENDPOINT: endpoint, LINKWORK_KEY: apiKey, LINKWORK_CHAT: model, LINKWORK_IMAGE: image } = process.env;
const messages = [{ role: "user", content: "What is the meaning of life, the universe, and everything?" }];
const client = new OpenAI({ apiKey, baseURL: `${endpoint}/v1`, maxRetries: 0 });
const weather = {
  type: "function",
  function: {
    name: "weather",
    description: "The weather of a place",
    parameters: { type: "object", properties: { place: { type: "string" } }, required: ["place"] },
  },
};
const fault = (words) => ({ headers: { "x-sandbox-fault": words } });

const does = {
  async chat() {
    const answer = await client.chat.completions.create({ model, messages });
    assert(answer.choices[0].message.content.includes("42"));
  },
  async stream() {
    let text = "";
    for await (const chunk of await client.chat.completions.create({ model, messages, stream: true })) {
      text += chunk.choices[0]?.delta?.content ?? "";
    }
    assert(text.includes("42"));
  },
  async "the helper for streams"() {
    const whole = await client.chat.completions.stream({ model, messages }).finalChatCompletion();
    assert(whole.choices[0].message.content.includes("42"));
  },
  async tools() {
    const asked = [{ role: "user", content: "How is the weather in Paris?" }];
    const answer = await client.chat.completions.create({ model, messages: asked, tools: [weather] });
    assert.equal(answer.choices[0].message.tool_calls[0].function.name, "weather");
  },
  async images() {
    const pictures = await client.images.generate({ model: image, prompt: "a lighthouse", response_format: "b64_json" });
    assert(pictures.data[0].b64_json.length > 100);
  },
  async models() {
    const names = [];
    for await (const known of client.models.list()) names.push(known.id);
    assert(names.includes(model) && names.includes(image));
    assert.equal((await client.models.retrieve(model)).id, model);
  },
  async errors() {
    const nobody = new OpenAI({ apiKey: "lwk_nobody", baseURL: `${endpoint}/v1`, maxRetries: 0 });
    await assert.rejects(nobody.models.list(), OpenAI.AuthenticationError);
    const unknown = client.chat.completions.create({ model: "no-such-model", messages });
    await assert.rejects(unknown, (error) => error instanceof OpenAI.NotFoundError && /no-such-model/.test(error.message));
    const empty = client.chat.completions.create({ model, messages: [] });
    await assert.rejects(empty, (error) => error instanceof OpenAI.BadRequestError && /essage/.test(error.message));
  },
  async "slow down"() {
    const hurried = client.chat.completions.create({ model, messages }, fault("status=429; retry-after=7"));
    await assert.rejects(hurried, (error) => error.status === 429 && error.headers.get("retry-after") === "7");
  },
  async retries() {
    const options = { ...fault("status=503; times=2; retry-after=0"), maxRetries: 2 };
    const answer = await client.chat.completions.create({ model, messages }, options);
    assert(answer.choices[0].message.content.includes("42"));
  },
  async "a cut stream is no answer"() {
    const cut = await client.chat.completions.create({ model, messages, stream: true }, fault("cut=3"));
    await assert.rejects(async () => {
      for await (const _ of cut);
    });
  },
  async cancel() {
    const stream = await client.chat.completions.create({ model, messages, stream: true }, fault("stall=4"));
    for await (const _ of stream) break;
    assert(stream.controller.signal.aborted);
  },
};

for (const [name, run] of Object.entries(does)) {
  await run();
  console.log("openai, JavaScript:", name);
}
