//! A small store by id that forgets its oldest entry when it is full.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

const PLACES: usize = 1_000;

/// Takes a lock even if its last holder panicked: everything the sandbox holds is whole after each statement.
pub(crate) fn hold<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Debug)]
pub(crate) struct Shelf<T>(Mutex<VecDeque<(String, T)>>);

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Shelf<T> {
    pub(crate) fn put(&self, id: &str, thing: T) {
        let mut places = hold(&self.0);
        places.retain(|(held, _)| held != id);
        if places.len() == PLACES {
            places.pop_front();
        }
        places.push_back((id.to_owned(), thing));
    }

    pub(crate) fn take(&self, id: &str) -> Option<T> {
        let mut places = hold(&self.0);
        let at = places.iter().position(|(held, _)| held == id)?;
        places.remove(at).map(|(_, thing)| thing)
    }
}

impl<T: Clone> Shelf<T> {
    pub(crate) fn get(&self, id: &str) -> Option<T> {
        hold(&self.0).iter().find(|(held, _)| held == id).map(|(_, thing)| thing.clone())
    }
}
