//! What the system knows of this process.

use std::fs;

use crate::Failure;

/// Megabytes that it has in memory now.
pub(crate) fn resident() -> Result<f64, Failure> {
    megabytes("VmRSS:")
}

/// Megabytes that it had in memory at most, since that was last forgotten.
pub(crate) fn peak() -> Result<f64, Failure> {
    megabytes("VmHWM:")
}

/// Forgets how much memory it had at most.
pub(crate) fn forget_peak() -> Result<(), Failure> {
    Ok(fs::write("/proc/self/clear_refs", "5")?)
}

/// Seconds that processors have worked for its threads: on a machine that others use too, they say more than the clock.
pub(crate) fn worked() -> Result<f64, Failure> {
    let mut nanoseconds = 0.0;
    for thread in fs::read_dir("/proc/self/task")? {
        let times = fs::read_to_string(thread?.path().join("schedstat"))?;
        nanoseconds += times.split(' ').next().unwrap_or_default().parse::<f64>()?;
    }
    Ok(nanoseconds / 1e9)
}

fn megabytes(name: &str) -> Result<f64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("the status does not say it")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1_024.0 / 1e6)
}
