"""What members do with the Anthropic SDK, unmodified, through the same endpoint."""
import os
import sys

# Run as a script, this folder comes first on the path, and this file would hide the library of its name.
sys.path.pop(0)

import anthropic
from anthropic import Anthropic

ENDPOINT, KEY, CHAT = (os.environ[name] for name in ["LINKWORK_ENDPOINT", "LINKWORK_KEY", "LINKWORK_CHAT"])
QUESTION = [{"role": "user", "content": "What is the meaning of life, the universe, and everything?"}]
WEATHER = {
    "name": "weather",
    "description": "The weather of a place",
    "input_schema": {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]},
}

client = Anthropic(api_key=KEY, base_url=ENDPOINT, max_retries=0)


def refused(kind, call):
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"it should have been refused with {kind.__name__}")


def fault(words):
    return {"x-sandbox-fault": words}


def ask(client=client, **more):
    return client.messages.create(**{"model": CHAT, "max_tokens": 200, "messages": QUESTION, **more})


def text(message):
    return "".join(block.text for block in message.content if block.type == "text")


def message():
    answer = ask()
    assert "42" in text(answer) and answer.usage.output_tokens > 0, answer


def stream():
    events = [event.type for event in ask(stream=True)]
    assert events[0] == "message_start" and events[-1] == "message_stop", events


def the_helper_for_streams():
    with client.messages.stream(model=CHAT, max_tokens=200, messages=QUESTION) as stream:
        told = "".join(stream.text_stream)
        whole = stream.get_final_message()
    assert "42" in told and text(whole) == told, whole


def tools():
    answer = ask(messages=[{"role": "user", "content": "How is the weather in Paris?"}], tools=[WEATHER])
    call = next(block for block in answer.content if block.type == "tool_use")
    assert (call.name, answer.stop_reason) == ("weather", "tool_use"), answer


def errors():
    nobody = Anthropic(api_key="lwk_nobody", base_url=ENDPOINT, max_retries=0)
    assert refused(anthropic.AuthenticationError, lambda: ask(nobody)).status_code == 401
    unknown = refused(anthropic.NotFoundError, lambda: ask(model="no-such-model"))
    assert unknown.body["type"] == "error" and "no-such-model" in unknown.body["error"]["message"], unknown.body
    empty = refused(anthropic.BadRequestError, lambda: ask(messages=[]))
    assert "essage" in str(empty), "the provider's own words are kept"


def slow_down():
    error = refused(anthropic.RateLimitError, lambda: ask(extra_headers=fault("status=429; retry-after=7")))
    assert error.response.headers["retry-after"] == "7", error.response.headers


def retries():
    answer = ask(client.with_options(max_retries=2), extra_headers=fault("status=503; times=2; retry-after=0"))
    assert "42" in text(answer), answer


def cancel():
    with ask(stream=True, extra_headers=fault("stall=4")) as stream:
        for _ in zip(range(3), stream):
            pass


for does in [message, stream, the_helper_for_streams, tools, errors, slow_down, retries, cancel]:
    does()
    print("anthropic, Python:", does.__name__.replace("_", " "))
