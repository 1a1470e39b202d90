//! What `rollcall-server` is made of: importers, the demonstration register, the website, and the desk for people who sign
//! in.

pub mod commands;
pub mod demo;
pub mod desk;
pub mod import;
pub mod settings;
pub mod web;
