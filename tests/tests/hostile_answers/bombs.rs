//! Little that becomes much.

use connector_sdk::{ErrorKind, Evidence, limits};
use tests::coding::gzip;
use tests::wire::Reply;

use super::{ends_in, error_of, outcome_of};

/// 32 MiB of zeros.
const BROTLI: [u8; 27] = [
    0xcf, 0xff, 0xff, 0x7f, 0xf8, 0x27, 0x00, 0xe2, 0xb1, 0x40, 0x20, 0xf7, 0xfe, 0x3f, 0xff, 0xff, 0xff, 0xf1, 0x4f,
    0x00, 0xc4, 0x61, 0x01, 0x80, 0xee, 0xfd, 0x3f,
];

const MIB: usize = 1 << 20;

const MESSAGE: &str = "the provider's answer grows over 100 times when decompressed";

#[tokio::test]
async fn a_bomb_is_noticed_before_it_is_whole() {
    for (coding, bomb) in [("gzip", gzip(&vec![0; 4 * MIB])), ("br", BROTLI.to_vec())] {
        assert!(bomb.len() < 5_000, "little");
        // The rest never comes: what was sent is enough to know it.
        let beginning = &bomb[..bomb.len() - 1];
        let reply = Reply::head(200, &[("content-encoding", coding), ("content-length", "1000000")]);
        let (error, wire) = error_of(reply.send(beginning).stall()).await;
        assert_eq!((error.message(), error.kind()), (MESSAGE, ErrorKind::LimitExceeded), "{coding}");
        assert_eq!(error.evidence(), Evidence::Final);
        wire.until(|seen| seen.left == 1).await;
        assert!(wire.seen().sent < 5_200, "{}", wire.seen().sent);
    }
}

#[tokio::test]
async fn an_endless_bomb() {
    // Members of a gzip file follow one another without end.
    let reply = Reply::head(200, &[("content-encoding", "gzip"), ("connection", "close")]).forever(gzip(&vec![0; MIB]));
    let (error, wire) = error_of(reply).await;
    assert_eq!((error.message(), error.kind()), (MESSAGE, ErrorKind::LimitExceeded));
    wire.until(|seen| seen.left == 1).await;
    assert!(wire.seen().sent < 32 << 20, "{}", wire.seen().sent);
}

#[tokio::test]
async fn what_is_merely_compressed_well_is_no_bomb() {
    let text = "all work and no play makes jack a dull boy ".repeat(20_000);
    let body = gzip(format!("\"{text}\"").as_bytes());
    assert!(text.len() > 100 * body.len() && text.len() < limits::RATIO_FREE as usize, "over the ratio, but small");
    let (outcome, _) = outcome_of(Reply::new(200, &[("content-encoding", "gzip")], body)).await;
    assert_eq!(outcome.unwrap()["body"], text);
}

#[tokio::test]
async fn a_compressed_body_that_is_too_large() {
    // A mebibyte that shrinks, though not to a hundredth: noise, and then zeros.
    let mut noise = 1_u32;
    let mut block = vec![0; 1 << 20];
    block[..1 << 15].fill_with(|| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (noise >> 24) as u8
    });
    let reply = Reply::head(200, &[("content-encoding", "gzip"), ("connection", "close")]).forever(gzip(&block));
    ends_in(reply, ErrorKind::LimitExceeded, Evidence::Final, "the provider's answer is over 64 MiB").await;
}
