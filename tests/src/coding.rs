//! Bodies, compressed.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

/// As `content-encoding: gzip`.
pub fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).and_then(|()| encoder.finish()).expect("memory takes what is written")
}

/// As `content-encoding: br`: a stream of one stored block, which holds at least one byte and at most 65,536.
pub fn brotli(body: &[u8]) -> Vec<u8> {
    // A window of 16 bits; not the last block; its length less one, in 16 bits; stored.
    let head = (body.len() as u32 - 1) << 4 | 1 << 20;
    let mut stream = head.to_le_bytes()[..3].to_vec();
    stream.extend_from_slice(body);
    // The last block, which is empty.
    stream.push(3);
    stream
}
