//! What the system knows of this process.

use std::fs;

use crate::Failure;

/// The ticks of a second in which Linux tells a processor's time.
const TICKS: f64 = 100.0;

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

/// Seconds that processors have worked for it: on a machine that others use too, they say more than the clock.
pub(crate) fn worked() -> Result<f64, Failure> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, numbers) = stat.rsplit_once(") ").ok_or("the system says nothing of this process")?;
    // Its own time and the system's for it are the 14th and the 15th of all.
    let mut ticks = 0.0;
    for number in numbers.split(' ').skip(11).take(2) {
        ticks += number.parse::<f64>()?;
    }
    Ok(ticks / TICKS)
}

fn megabytes(name: &str) -> Result<f64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("the status does not say it")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1_024.0 / 1e6)
}
