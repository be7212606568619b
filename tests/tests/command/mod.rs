//! The `linkwork` command as a person uses it.

mod bad_input;
mod canaries;
mod cancelling;
mod catalogue;
mod connections;
mod exit_codes;
mod files;
mod from_curl;
mod init;
mod running;
mod steps;
