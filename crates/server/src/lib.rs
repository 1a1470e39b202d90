//! What `rollcall-server` is made of: importers, the demonstration register, the website, the desk for people who sign in,
//! and mail.

pub mod commands;
pub mod demo;
pub mod desk;
pub mod import;
pub mod mail;
pub mod publishing;
pub mod settings;
pub mod web;
