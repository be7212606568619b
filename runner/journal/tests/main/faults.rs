//! Faults of a disk, as libraries that come between a process and its system calls.
#![expect(clippy::disallowed_types, reason = "the faults are in C, which is compiled here")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles the library that makes this fault.
pub(crate) fn faults(folder: &Path, name: &str) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/faults/{name}.c"));
    let library = folder.join(format!("{name}.so"));
    let compiled = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl").status();
    assert!(compiled.unwrap().success());
    library
}
