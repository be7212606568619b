//! Things under way, each with a number. A number is given again once its thing has been taken out.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// The number of a thing in its [`Arena`].
pub(super) struct Id<T>(u32, PhantomData<fn() -> T>);

/// Things by number.
#[derive(Debug)]
pub(super) struct Arena<T> {
    all: Vec<T>,
    free: Vec<Id<T>>,
}

impl<T: Default> Arena<T> {
    pub(super) fn add(&mut self, thing: T) -> Id<T> {
        if let Some(id) = self.free.pop() {
            self[id] = thing;
            return id;
        }
        let id = Id(self.all.len() as u32, PhantomData);
        if self.all.is_empty() {
            // Many runs never have a second, and room for more would be much of what they weigh while they wait.
            self.all.reserve_exact(1);
        }
        self.all.push(thing);
        id
    }

    /// Whether every thing has been taken out.
    pub(super) fn is_empty(&self) -> bool {
        self.all.len() == self.free.len()
    }

    pub(super) fn take(&mut self, id: Id<T>) -> T {
        self.free.push(id);
        std::mem::take(&mut self[id])
    }
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self { all: Vec::new(), free: Vec::new() }
    }
}

impl<T> Index<Id<T>> for Arena<T> {
    type Output = T;

    fn index(&self, id: Id<T>) -> &T {
        &self.all[id.0 as usize]
    }
}

impl<T> IndexMut<Id<T>> for Arena<T> {
    fn index_mut(&mut self, id: Id<T>) -> &mut T {
        &mut self.all[id.0 as usize]
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Default for Id<T> {
    fn default() -> Self {
        Self(0, PhantomData)
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
