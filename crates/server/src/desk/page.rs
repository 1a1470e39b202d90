//! What all pages of the desk share: the frame around them, and how a template becomes an answer.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{Html, IntoResponse, Response};
use casework::{Actor, Role};

use super::Desk;
use super::problem::Problem;
use super::signed_in::SignedIn;
use crate::web::assets;
use crate::web::view::View;

/// Where whoever has signed in begins.
pub const HOME: &str = "/desk";

/// The entries of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Where everybody begins.
    Home,
    /// Cases, or the applications of one's organisation.
    Cases,
    /// Organisations.
    Organisations,
    /// People and their roles.
    People,
    /// Mail that has not gone out.
    Mail,
    /// Who can see what.
    Permissions,
    /// One's own account.
    Account,
    /// None of these.
    None,
}

/// An entry of the navigation, and who has it.
pub struct Entry {
    /// Which.
    pub section: Section,
    /// What it is called.
    pub name: &'static str,
    /// Where it leads.
    pub address: &'static str,
    /// One line for the page on which everybody begins.
    pub about: &'static str,
    /// Who has it.
    pub shown_to: fn(&Actor) -> bool,
}

fn administers(actor: &Actor) -> bool {
    actor.staff.contains(&Role::Administrator)
}

fn works_on_cases(actor: &Actor) -> bool {
    !actor.member.is_empty() || actor.staff.iter().any(|role| *role != Role::Administrator)
}

/// Every entry, in order. A page is not protected by being left out here.
pub const ENTRIES: &[Entry] = &[
    Entry { section: Section::Home, name: "Your desk", address: HOME, about: "", shown_to: |_| true },
    Entry {
        section: Section::Cases,
        name: "Cases",
        address: "/desk/cases",
        about: "Applications, whose turn it is, and what is late.",
        shown_to: works_on_cases,
    },
    Entry {
        section: Section::Organisations,
        name: "Organisations",
        address: "/desk/organisations",
        about: "Who applies for data, with every name and number.",
        shown_to: administers,
    },
    Entry {
        section: Section::People,
        name: "People",
        address: "/desk/people",
        about: "Invite people, and give and take roles.",
        shown_to: administers,
    },
    Entry {
        section: Section::Mail,
        name: "Mail",
        address: "/desk/mail",
        about: "Mail that has not gone out, and why.",
        shown_to: administers,
    },
    Entry {
        section: Section::Permissions,
        name: "Who can see what",
        address: "/desk/permissions",
        about: "Every role, what it sees and what it can do.",
        shown_to: |_| true,
    },
    Entry {
        section: Section::Account,
        name: "Your account",
        address: "/desk/account",
        about: "Change your password, and see where you have signed in.",
        shown_to: |_| true,
    },
];

/// The frame around a page.
pub struct Frame {
    /// What the register is called.
    pub register: String,
    /// Whether its organisations and shares are invented.
    pub demonstration: bool,
    /// Who has signed in.
    pub signed_in: Option<SignedIn>,
    /// Where in the navigation the page stands.
    pub section: Section,
    /// What every form on the page must bring.
    pub csrf: String,
}

impl Frame {
    /// The frame of a page for somebody who has signed in.
    pub async fn of(desk: &Desk, signed_in: &SignedIn, section: Section) -> Self {
        Self::new(desk, Some(signed_in.clone()), section, signed_in.csrf.clone()).await
    }

    /// The frame of a page for somebody who has not signed in, with the token that its forms must bring.
    pub async fn for_visitor(desk: &Desk, csrf: String) -> Self {
        Self::new(desk, None, Section::None, csrf).await
    }

    async fn new(desk: &Desk, signed_in: Option<SignedIn>, section: Section, csrf: String) -> Self {
        // Without a register that can be read the desk still stands, only without its name.
        let info = View::now(desk.site().clone()).info().await.ok();
        Self {
            register: info.as_ref().map_or_else(|| "Rollcall".to_owned(), |info| info.name.clone()),
            demonstration: info.is_some_and(|info| info.demonstration),
            signed_in,
            section,
            csrf,
        }
    }

    /// The version in the address of stylesheet and script.
    pub fn assets(&self) -> &'static str {
        &assets::VERSION
    }

    /// The one inline script.
    pub fn inline(&self) -> &'static str {
        assets::INLINE
    }

    /// The navigation's entries for whoever has signed in.
    pub fn entries(&self) -> Vec<&'static Entry> {
        let Some(signed_in) = &self.signed_in else { return Vec::new() };
        ENTRIES.iter().filter(|entry| (entry.shown_to)(&signed_in.actor)).collect()
    }
}

/// Renders a page.
pub fn html(page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => {
            tracing::error!(%error, "a template could not be rendered");
            Problem::Fault.into_response()
        }
    }
}

/// Renders a page with what is wrong with the form on it.
pub fn with_errors(page: &impl Template) -> Response {
    let mut response = html(page);
    if response.status().is_success() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

/// Leads to another page of the desk after something was done.
pub fn see(path: &str) -> Response {
    let Ok(path) = axum::http::HeaderValue::from_str(path) else { return Problem::Fault.into_response() };
    (StatusCode::SEE_OTHER, [(LOCATION, path)]).into_response()
}

/// A path of the desk that somebody can be led to after signing in; the desk itself for whatever is none. Nobody is ever
/// led to another site.
pub fn safe_next(asked: &str) -> &str {
    let of_desk = asked.strip_prefix(HOME).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    let plain = asked.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if of_desk && plain && !asked.contains("//") && asked.len() <= 1_024 { asked } else { HOME }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_the_desk_are_led_to() {
        for kept in ["/desk", "/desk/people?of=3", "/desk/case/a%2Fb", "/desk?x=1"] {
            assert_eq!(safe_next(kept), kept);
        }
        for other in [
            "",
            "//evil.example",
            "/deskevil",
            "https://evil.example/desk",
            "/desk\\evil",
            "/desk/\r\nX: 1",
            "/",
            "/desk//evil",
        ] {
            assert_eq!(safe_next(other), HOME, "{other}");
        }
    }
}
