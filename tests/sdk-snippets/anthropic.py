"""The Anthropic snippet of xAI's first documentation: only the key, the base URL and the last check differ."""
import os
import sys

# Run as a script, this folder comes first on the path, and this file would hide the library of its name.
sys.path.pop(0)

from anthropic import Anthropic

XAI_API_KEY = os.getenv("XAI_API_KEY", "xai-sandbox")
client = Anthropic(
    api_key=XAI_API_KEY,
    base_url=os.environ["LINKWORK_SANDBOX_URL"],
)
message = client.messages.create(
    model="grok-beta",
    max_tokens=128,
    system="You are Grok, a chatbot inspired by the Hitchhikers Guide to the Galaxy.",
    messages=[
        {
            "role": "user",
            "content": "What is the meaning of life, the universe, and everything?",
        },
    ],
)
print(message.content)
assert "42" in message.content[0].text
