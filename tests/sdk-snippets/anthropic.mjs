// The Anthropic snippet of xAI's first documentation: only the key, the base URL and the last check differ.
import assert from "node:assert";
import Anthropic from "@anthropic-ai/sdk";

const anthropic = new Anthropic({
  apiKey: process.env.XAI_API_KEY ?? "xai-sandbox",
  baseURL: `${process.env.LINKWORK_SANDBOX_URL}/`,
});

const msg = await anthropic.messages.create({
  model: "grok-beta",
  max_tokens: 128,
  system:
    "You are Grok, a chatbot inspired by the Hitchhiker's Guide to the Galaxy.",
  messages: [
    {
      role: "user",
      content: "What is the meaning of life, the universe, and everything?",
    },
  ],
});

console.log(msg);
assert(msg.content[0].text.includes("42"));
