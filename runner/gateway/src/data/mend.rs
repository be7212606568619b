//! What is changed in an event stream: a chunk is taken out that the caller did not ask for, and blocks are numbered anew.

use bytes::{Bytes, BytesMut};
use memchr::memmem;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::events;

/// What is to be changed in a stream.
#[derive(Default)]
pub(super) struct Mender {
    /// Takes out the chunk that tells nothing but the usage.
    pub(super) drops_usage: bool,
    /// Numbers the blocks of a message.
    pub(super) numbers_blocks: Option<Blocks>,
}

/// The blocks of a message that have begun.
#[derive(Default)]
pub(super) struct Blocks(u64);

/// The chunk that `include_usage` brings: no choices, and the usage.
#[derive(Deserialize)]
struct Chunk {
    choices: Vec<IgnoredAny>,
    usage: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct BlockEvent<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(borrow)]
    index: Option<&'a RawValue>,
}

impl Mender {
    /// Whether anything is changed at all.
    pub(super) fn is_idle(&self) -> bool {
        !self.drops_usage && self.numbers_blocks.is_none()
    }

    /// Whole events as they go on. What is not changed is not copied either.
    pub(super) fn mend(&mut self, events: Bytes) -> Bytes {
        if self.is_idle() {
            return events;
        }
        let (mut changed, mut done) = (None, 0);
        for event in events::each(&events) {
            let edited = self.edit(&event);
            if edited.is_some() && changed.is_none() {
                changed = Some(BytesMut::from(&events[..done]));
            }
            if let Some(changed) = &mut changed {
                changed.extend_from_slice(edited.as_ref().unwrap_or(&event));
            }
            done += event.len();
        }
        changed.map_or(events, BytesMut::freeze)
    }

    /// What stands in place of an event, if that is something else.
    fn edit(&mut self, event: &Bytes) -> Option<Bytes> {
        if self.drops_usage && tells_only_usage(event) {
            self.drops_usage = false;
            return Some(Bytes::new());
        }
        self.numbers_blocks.as_mut()?.number(event)
    }
}

impl Blocks {
    /// The event with the number of its block: blocks never overlap, so it is how many have begun.
    fn number(&mut self, event: &Bytes) -> Option<Bytes> {
        let data = std::str::from_utf8(only_line_of_data(event)?).ok()?;
        let block: BlockEvent<'_> = serde_json::from_str(data).ok()?;
        match block.kind {
            "content_block_start" => self.0 += 1,
            "content_block_delta" | "content_block_stop" => {}
            _ => return None,
        }
        let number = self.0.checked_sub(1)?.to_string();
        let at = |part: &str| part.as_ptr().addr() - event.as_ptr().addr();
        let (from, to, text) = match block.index {
            Some(index) if index.get() == number => return None,
            Some(index) => (at(index.get()), at(index.get()) + index.get().len(), number),
            None => {
                let brace = at(data) + data.find('{')? + 1;
                (brace, brace, format!("\"index\":{number},"))
            }
        };
        Some([&event[..from], text.as_bytes(), &event[to..]].concat().into())
    }
}

/// Whether an event is the chunk that `include_usage` brings, and nothing else.
fn tells_only_usage(event: &[u8]) -> bool {
    let chunk = || serde_json::from_slice::<Chunk>(only_line_of_data(event)?).ok();
    memmem::find(event, b"\"usage\"").is_some()
        && chunk().is_some_and(|chunk| chunk.choices.is_empty() && chunk.usage.is_some())
}

fn only_line_of_data(event: &[u8]) -> Option<&[u8]> {
    let mut lines = events::data(event);
    let only = lines.next()?;
    lines.next().is_none().then_some(only)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{Blocks, Mender};

    fn mended(mut mender: Mender, stream: &str) -> String {
        // One piece, and event by event: the result is the same.
        let mut again = Mender { drops_usage: mender.drops_usage, numbers_blocks: mender.numbers_blocks.take() };
        mender.numbers_blocks = again.numbers_blocks.as_ref().map(|_| Blocks::default());
        let whole = mender.mend(Bytes::copy_from_slice(stream.as_bytes()));
        let apart = stream.split_inclusive("\n\n").map(|event| again.mend(Bytes::copy_from_slice(event.as_bytes())));
        assert_eq!(apart.collect::<Vec<_>>().concat(), whole);
        String::from_utf8(whole.to_vec()).unwrap()
    }

    fn without_usage() -> Mender {
        Mender { drops_usage: true, ..Mender::default() }
    }

    fn numbering() -> Mender {
        Mender { numbers_blocks: Some(Blocks::default()), ..Mender::default() }
    }

    #[test]
    fn the_chunk_that_nobody_asked_for_is_taken_out_and_no_other() {
        let before = "data: {\"choices\":[{\"delta\":{\"content\":\"\\\"usage\\\"\"}}],\"usage\":null}\n\n\
                      data: {\"choices\":[],\"prompt_filter_results\":[]}\n\n\
                      data: {\"choices\":[{\"delta\":{}}],\"usage\":{\"total_tokens\":3}}\n\n";
        let chunk = "data: {\"choices\": [], \"usage\": {\"total_tokens\": 3}}\n\n";
        let end = "data: [DONE]\n\n";
        assert_eq!(mended(without_usage(), &[before, chunk, end].concat()), [before, end].concat());
        assert_eq!(mended(Mender::default(), &[before, chunk, end].concat()), [before, chunk, end].concat());
    }

    #[test]
    fn blocks_are_numbered_in_the_order_in_which_they_begin() {
        let event =
            |kind: &str, index: &str| format!("event: {kind}\ndata: {{\"type\":\"{kind}\"{index},\"x\":[0]}}\n\n");
        let real = [
            event("message_start", ""),
            event("content_block_start", ",\"index\":0"),
            event("content_block_delta", ""),
            event("content_block_stop", ",\"index\":0"),
            event("ping", ",\"index\":0"),
            event("content_block_start", ",\"index\": 0"),
            event("content_block_delta", ""),
            event("content_block_stop", ",\"index\":0"),
            event("message_stop", ""),
        ];
        let delta = |index: u8| {
            format!(
                "event: content_block_delta\ndata: {{\"index\":{index},\"type\":\"content_block_delta\",\"x\":[0]}}\n\n"
            )
        };
        let right = [
            event("message_start", ""),
            event("content_block_start", ",\"index\":0"),
            delta(0),
            event("content_block_stop", ",\"index\":0"),
            event("ping", ",\"index\":0"),
            event("content_block_start", ",\"index\": 1"),
            delta(1),
            event("content_block_stop", ",\"index\":1"),
            event("message_stop", ""),
        ];
        assert_eq!(mended(numbering(), &real.concat()), right.concat());
        assert_eq!(mended(numbering(), &right.concat()), right.concat(), "what is right stays");
    }

    #[test]
    fn what_cannot_be_read_stays_as_it_is() {
        for stream in [
            ": comment\n\n",
            "data: [DONE]\n\n",
            "data: {\"choices\":[],\"usage\":null}\n\n",
            "data: {\"choices\":[],\ndata: \"usage\":{}}\n\n",
            "data: {\"type\":\"content_block_delta\"}\n\n",
            "data: {\"type\":7}\n\n",
        ] {
            assert_eq!(mended(without_usage(), stream), stream);
            assert_eq!(mended(numbering(), stream), stream);
        }
    }
}
