//! What this process has in memory, in megabytes.

use std::fs;

use crate::Failure;

/// Now.
pub(crate) fn now() -> Result<f64, Failure> {
    read("VmRSS:")
}

/// At most, since it was last forgotten.
pub(crate) fn peak() -> Result<f64, Failure> {
    read("VmHWM:")
}

/// Forgets how much it was.
pub(crate) fn forget_peak() -> Result<(), Failure> {
    Ok(fs::write("/proc/self/clear_refs", "5")?)
}

fn read(name: &str) -> Result<f64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("the status does not say it")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1_024.0 / 1e6)
}
