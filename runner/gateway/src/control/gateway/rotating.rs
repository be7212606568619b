//! Another master key takes the place of the one that is there, while calls go on.

use runner_flow::Timestamp;
use serde_json::{Value, json};

use super::Gateway;
use super::loading::{self, Sealed};
use crate::control::caller::Actor;
use crate::control::document;
use crate::control::error::ControlError;
use crate::control::refusal::{Refusal, RefusalKind};

impl Gateway {
    /// Seals every secret with another master key, which comes from `source` as the file has it: `{"env": …}` or
    /// `{"file": …}`. The file names it from then on, and the one before among its old keys.
    pub async fn rotate(&self, source: &Value, now: Timestamp) -> Result<Sealed, ControlError> {
        // Nothing is changed that could not be noted.
        self.flush().await?;
        let _changing = self.inner.changing.lock().await;
        let text = loading::read(&self.inner.file)
            .map_err(|message| ControlError::unavailable(message, "see that the server's file can be read"))?;
        let (document, _) = document::read(&text, &self.inner.registry).map_err(ControlError::Invalid)?;
        let text = document::text(&renewed(document.into_value(), source)?);
        let (place, described) = document::read(&text, &self.inner.registry).map_err(ControlError::Invalid)?;
        // Who only visits may know no master key; whoever rotates has to know all.
        self.inner
            .sources
            .master_keys(&described)
            .map_err(|found| ControlError::Invalid(document::place(found, &place).collect()))?;
        self.apply(text).await?;
        let sealed = self.seal_anew().await?;
        let line = Self::done(&Actor::Operator, "", "vault.rotate", "master_key".to_owned(), now);
        self.note_file(line).await;
        Ok(sealed)
    }
}

/// The file with this master key, and the one before among the old ones.
fn renewed(mut file: Value, source: &Value) -> Result<Value, Refusal> {
    let before = file["master_key"].take();
    if before == *source {
        let message = "this is where the master key comes from already";
        return Err(Refusal::new(RefusalKind::Invalid, message, "name another variable or file, with a new key in it"));
    }
    let old = file["old_master_keys"].take();
    let old = old.as_array().into_iter().flatten().filter(|one| *one != source).cloned();
    file["old_master_keys"] = old.chain(Some(before).filter(|before| !before.is_null())).collect();
    file["master_key"] = json!(source);
    Ok(file)
}
