"""What members do with the OpenAI SDK, unmodified, through one endpoint: each model by its name, every call by their own key."""
import os
import sys

# Run as a script, this folder comes first on the path, and this file would hide the library of its name.
sys.path.pop(0)

import openai
from openai import OpenAI

ENDPOINT, KEY = os.environ["LINKWORK_ENDPOINT"], os.environ["LINKWORK_KEY"]
CHAT, IMAGE = os.environ["LINKWORK_CHAT"], os.environ["LINKWORK_IMAGE"]
QUESTION = [{"role": "user", "content": "What is the meaning of life, the universe, and everything?"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a place",
        "parameters": {
            "type": "object",
            "properties": {"place": {"type": "string", "enum": ["Paris"]}},
            "required": ["place"],
        },
    },
}

client = OpenAI(api_key=KEY, base_url=f"{ENDPOINT}/v1", max_retries=0)


def refused(kind, call):
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"it should have been refused with {kind.__name__}")


def fault(words):
    return {"x-sandbox-fault": words}


def chat():
    answer = client.chat.completions.create(model=CHAT, messages=QUESTION)
    assert "42" in answer.choices[0].message.content and answer.usage.total_tokens > 0, answer


def one_model_has_an_address_of_its_own():
    address = f"{ENDPOINT}/{os.environ['LINKWORK_WORKSPACE']}/models/{CHAT}/v1"
    own = OpenAI(api_key=KEY, base_url=address, max_retries=0)
    answer = own.chat.completions.create(model=CHAT, messages=QUESTION)
    assert "42" in answer.choices[0].message.content, answer


def stream():
    chunks = list(client.chat.completions.create(model=CHAT, messages=QUESTION, stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert "42" in text and len(chunks) > 10, chunks
    assert all(chunk.usage is None or chunk.choices for chunk in chunks), "nobody asked for usage"


def stream_with_usage():
    asked = {"include_usage": True}
    chunks = list(client.chat.completions.create(model=CHAT, messages=QUESTION, stream=True, stream_options=asked))
    assert chunks[-1].usage.total_tokens > 0, chunks[-1]


def tools():
    asked = client.chat.completions.create(
        model=CHAT, messages=[{"role": "user", "content": "How is the weather in Paris?"}], tools=[WEATHER]
    )
    call = asked.choices[0].message.tool_calls[0]
    assert (call.function.name, asked.choices[0].finish_reason) == ("weather", "tool_calls"), asked
    answer = client.chat.completions.create(
        model=CHAT,
        messages=[
            {"role": "user", "content": "How is the weather in Paris?"},
            asked.choices[0].message,
            {"role": "tool", "tool_call_id": call.id, "content": "sunny"},
        ],
        tools=[WEATHER],
    )
    assert answer.choices[0].finish_reason == "stop", answer


def images():
    picture = client.images.generate(model=IMAGE, prompt="a lighthouse", response_format="b64_json")
    assert len(picture.data[0].b64_json) > 100


def models():
    names = {model.id for model in client.models.list()}
    assert {CHAT, IMAGE} <= names, names
    assert client.models.retrieve(CHAT).id == CHAT


def errors():
    nobody = OpenAI(api_key="lwk_nobody", base_url=f"{ENDPOINT}/v1", max_retries=0)
    assert refused(openai.AuthenticationError, lambda: nobody.models.list()).status_code == 401
    unknown = refused(
        openai.NotFoundError, lambda: client.chat.completions.create(model="no-such-model", messages=QUESTION)
    )
    assert "no-such-model" in str(unknown), unknown
    empty = refused(openai.BadRequestError, lambda: client.chat.completions.create(model=CHAT, messages=[]))
    assert "essage" in str(empty), "the provider's own words are kept"


def slow_down():
    error = refused(
        openai.RateLimitError,
        lambda: client.chat.completions.create(
            model=CHAT, messages=QUESTION, extra_headers=fault("status=429; retry-after=7")
        ),
    )
    assert error.response.headers["retry-after"] == "7", error.response.headers


def retries():
    patient = client.with_options(max_retries=2)
    answer = patient.chat.completions.create(
        model=CHAT, messages=QUESTION, extra_headers=fault("status=503; times=2; retry-after=0")
    )
    assert "42" in answer.choices[0].message.content, answer


def a_cut_stream_is_no_answer():
    cut = client.chat.completions.create(model=CHAT, messages=QUESTION, stream=True, extra_headers=fault("cut=3"))
    refused(openai.OpenAIError, lambda: list(cut))


def cancel():
    with client.chat.completions.create(
        model=CHAT, messages=QUESTION, stream=True, extra_headers=fault("stall=4")
    ) as stream:
        for _ in zip(range(3), stream):
            pass


for does in [
    chat,
    one_model_has_an_address_of_its_own,
    stream,
    stream_with_usage,
    tools,
    images,
    models,
    errors,
    slow_down,
    retries,
    a_cut_stream_is_no_answer,
    cancel,
]:
    does()
    print("openai, Python:", does.__name__.replace("_", " "))
