//! `/accessibility`, `/cookies`, `/privacy` and `/contact`: what this site owes its readers, and whom to write to.

use axum::response::Response;

use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::{View, words};
use crate::settings::Contact;

#[derive(askama::Template)]
#[template(path = "accessibility.html")]
struct Accessibility {
    frame: Frame,
    custodian: String,
    contact: Contact,
}

#[derive(askama::Template)]
#[template(path = "cookies.html")]
struct Cookies {
    frame: Frame,
}

#[derive(askama::Template)]
#[template(path = "privacy.html")]
struct Privacy {
    frame: Frame,
    custodian: String,
    population: String,
}

#[derive(askama::Template)]
#[template(path = "contact.html")]
struct ContactPage {
    frame: Frame,
    custodian: String,
    contact: Contact,
}

/// `/accessibility`
pub async fn accessibility(view: View) -> Result<Response, Problem> {
    let info = view.info().await?;
    let (custodian, contact) = (info.custodian.clone(), view.settings().contact.clone());
    Ok(html(&Accessibility { custodian, contact, frame: Frame::new(&view, Some(info), Section::None) }))
}

/// `/cookies`
pub async fn cookies(view: View) -> Result<Response, Problem> {
    let info = view.info().await?;
    Ok(html(&Cookies { frame: Frame::new(&view, Some(info), Section::None) }))
}

/// `/privacy`
pub async fn privacy(view: View) -> Result<Response, Problem> {
    let info = view.info().await?;
    let (custodian, population) = (info.custodian.clone(), info.population.clone());
    Ok(html(&Privacy { custodian, population, frame: Frame::new(&view, Some(info), Section::None) }))
}

/// `/contact`
pub async fn contact(view: View) -> Result<Response, Problem> {
    let info = view.info().await?;
    let (custodian, contact) = (info.custodian.clone(), view.settings().contact.clone());
    Ok(html(&ContactPage { custodian, contact, frame: Frame::new(&view, Some(info), Section::None) }))
}

/// The link that opens a letter to an address (RFC 6068): what is no plain part of an address is percent-encoded.
pub fn letter_to(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => format!("mailto:{}@{domain}", words::encode(local)),
        None => format!("mailto:{}", words::encode(address)),
    }
}
