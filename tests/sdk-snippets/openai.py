"""The OpenAI snippet of xAI's first documentation: only the key, the base URL and the last check differ."""
import os
import sys

# Run as a script, this folder comes first on the path, and this file would hide the library of its name.
sys.path.pop(0)

from openai import OpenAI

XAI_API_KEY = os.getenv("XAI_API_KEY", "xai-sandbox")
client = OpenAI(
    api_key=XAI_API_KEY,
    base_url=os.environ["LINKWORK_SANDBOX_URL"] + "/v1",
)

completion = client.chat.completions.create(
    model="grok-beta",
    messages=[
        {"role": "system", "content": "You are Grok, a chatbot inspired by the Hitchhikers Guide to the Galaxy."},
        {"role": "user", "content": "What is the meaning of life, the universe, and everything?"},
    ],
)

print(completion.choices[0].message)
assert "42" in completion.choices[0].message.content
