//! The server from outside: its real router over real databases, its importers, its mail, its demonstration. One program, so
//! that it is linked once.

#![allow(clippy::unwrap_used)] // clippy knows test functions, and not what they call

mod basket;
mod demo;
mod demo_cases;
mod import;
mod mail;

mod desk {
    mod accounts;
    mod application;
    mod assessments;
    mod cases;
    mod decisions;
    mod files;
    mod mail;
    mod papers;
    mod releases;
}

mod web {
    mod api;
    mod as_of;
    mod canary;
    mod datasets;
    mod figures;
    mod hostile;
    mod pages;
    mod public;
    mod results;
    mod serve;
}

mod support {
    pub mod desk;
    pub mod mail;
    pub mod site;
}
