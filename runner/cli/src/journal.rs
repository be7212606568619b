//! The folder that runs are kept in. It is made when the first run is, and never by looking for runs.

use std::path::Path;
use std::sync::Arc;

use runner_journal::{SqliteJournal, SqliteOptions};

use crate::problem::Problem;

/// Opens the journal for new runs, and makes its folder if need be.
pub(crate) fn open(folder: &Path) -> Result<Arc<SqliteJournal>, Problem> {
    open_at(folder).map_err(|error| Problem::Journal {
        message: format!("runs cannot be kept in {}: {error}", folder.display()),
        fix: format!("{}; or name another folder with --journal DIR, or keep nothing with --no-journal", error.fix()),
    })
}

/// Opens the journal that runs have been kept in.
pub(crate) fn open_existing(folder: &Path) -> Result<Arc<SqliteJournal>, Problem> {
    if folder.exists() {
        return open_at(folder).map_err(|error| Problem::Journal {
            message: format!("the runs in {} cannot be read: {error}", folder.display()),
            fix: error.fix().to_owned(),
        });
    }
    let message = format!("no runs are kept in {}", folder.display());
    let fix = "start one with `linkwork run`, or name the folder with --journal DIR".to_owned();
    Err(Problem::Journal { message, fix })
}

fn open_at(folder: &Path) -> runner_journal::Result<Arc<SqliteJournal>> {
    SqliteJournal::open(folder, SqliteOptions::default()).map(Arc::new)
}
