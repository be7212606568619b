// The OpenAI snippet of xAI's first documentation: only the key, the base URL and the last check differ.
import assert from "node:assert";
import OpenAI from "openai";
const openai = new OpenAI({
  apiKey: process.env.XAI_API_KEY ?? "xai-sandbox",
  baseURL: `${process.env.LINKWORK_SANDBOX_URL}/v1`,
});

const completion = await openai.chat.completions.create({
  model: "grok-beta",
  messages: [
    { role: "system", content: "You are Grok, a chatbot inspired by the Hitchhiker's Guide to the Galaxy." },
    {
      role: "user",
      content: "What is the meaning of life, the universe, and everything?",
    },
  ],
});

console.log(completion.choices[0].message);
assert(completion.choices[0].message.content.includes("42"));
