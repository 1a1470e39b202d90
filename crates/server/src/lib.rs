//! What `rollcall-server` is made of: importers, the demonstration register, mail and the website.

pub mod commands;
pub mod demo;
pub mod import;
pub mod mail;
pub mod settings;
pub mod web;
